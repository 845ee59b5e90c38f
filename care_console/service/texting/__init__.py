"""Texts out and in."""
