"""Charges: who paid what, and how."""
