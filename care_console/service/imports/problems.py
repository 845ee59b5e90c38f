"""What stops an import as a whole, told in a sentence."""

from __future__ import annotations


class ImportRefused(Exception):
    """The folder cannot be imported; `str()` says what is wrong, where, what to do. Nothing was changed."""
