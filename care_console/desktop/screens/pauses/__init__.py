"""Pausing a number from its story, and a facility from the sheet of all that is paused."""
