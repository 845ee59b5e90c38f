"""Stopping texts on a caller's word."""
