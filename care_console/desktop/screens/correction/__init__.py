"""Asking that a mistyped opt-out be corrected; another person decides."""
