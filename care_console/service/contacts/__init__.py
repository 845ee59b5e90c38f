"""Calls to care, as the desk wraps them up."""
