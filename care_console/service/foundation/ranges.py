"""Byte ranges of RFC 9110, section 14: one at a time, which is all that players ask for."""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})$")


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The half-open range of bytes that a header asks for; None for all of them.

    A header of another form is put aside, as the standard says. An empty range cannot be satisfied.
    """
    match = _RANGE.match(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return (max(0, size - int(match[2])), size)
    start = int(match[1])
    end = min(size, int(match[2]) + 1) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    return (start, end) if start < size else (size, size)
