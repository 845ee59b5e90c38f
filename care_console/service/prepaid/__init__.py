"""Prepaid accounts: a double-entry ledger."""
