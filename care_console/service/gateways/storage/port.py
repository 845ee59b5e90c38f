"""What the service asks of the place that keeps its sound: whole puts, whole or partial gets, by key."""

from __future__ import annotations

import re
from typing import Protocol

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LONGEST_KEY = 512


class StorageProblem(Exception):
    """Either `NotStored` or `StorageUnavailable`; `str()` is a sentence for whoever runs the service."""


class NotStored(StorageProblem):
    """There is nothing under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Nothing is stored under {key}.")
        self.key = key


class StorageUnavailable(StorageProblem):
    """The place cannot be read or written now; whether a put or delete took effect is unknown."""


class Storage(Protocol):
    """A place for sound. Keys are ours, not a stranger's words: letters, digits and `._-` between slashes."""

    async def put(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, in the place of what was there.

        A reader sees the old bytes or the new ones, never a part; once this returns they outlast a crash.
        """
        ...

    async def get(self, key: str) -> bytes:
        """All bytes. Raises NotStored."""
        ...

    async def get_range(self, key: str, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`; fewer where the sound ends first. Raises NotStored."""
        ...

    async def size(self, key: str) -> int:
        """How many bytes. Raises NotStored."""
        ...

    async def delete(self, key: str) -> None:
        """Remove it; nothing happens where nothing is stored."""
        ...


def checked_key(key: str) -> str:
    """The key, if it is one. A ValueError is a defect of ours: it would else reach outside the folder."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"Not a storage key: {key[:80]!r}")
    return key
