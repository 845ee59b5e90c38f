"""Refunds: intent first, then the processor, then what it said."""
