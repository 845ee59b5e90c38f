"""Sending money back: the money review, and the ten seconds in which it can be taken back."""
