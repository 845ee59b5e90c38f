"""How entries are numbered: by UUIDs that grow with time, so that an index of them is written at its end."""

from __future__ import annotations

import os
import time
from uuid import UUID

_RANDOM_BITS = (1 << 76) - 1
_VARIANT = 0b10 << 62
_VERSION = 7 << 76


def new_entry_id() -> UUID:
    """A UUID of version 7 (RFC 9562, 5.7): 48 bits of the time in milliseconds, 74 by chance.

    Those by chance alone (version 4) touch another page of the index each time, and after each checkpoint
    PostgreSQL writes the whole of a page that is touched into its log.
    """
    chance = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS
    chance = chance & ~(0b11 << 62) | _VARIANT
    return UUID(int=(time.time_ns() // 1_000_000) << 80 | _VERSION | chance)
