"""US phone numbers: how they are written on the screen and read aloud. Parsing is the service's."""

from __future__ import annotations

import re

_US = re.compile(r"\+1([0-9]{3})([0-9]{3})([0-9]{4})")


def display_phone(e164: str) -> str:
    """``+12145550142`` as ``(214) 555-0142``; anything else unchanged."""
    match = _US.fullmatch(e164)
    return f"({match[1]}) {match[2]}-{match[3]}" if match else e164
