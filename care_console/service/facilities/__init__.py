"""Facilities and the senders in them."""
