"""Visits of the page behind a link, and plays of the sound."""
