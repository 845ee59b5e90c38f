"""Sending a receipt by text."""
