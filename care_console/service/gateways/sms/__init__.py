"""Texts to and from the carriers, through an SMS gateway; one file beside this one speaks to one vendor."""
