"""The end of a call: its note and its disposition, written from what was done."""
