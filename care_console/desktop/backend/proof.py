"""What is needed to know a password again without the service: a slow hash of it, in memory alone."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets

_COST = 2**14  # with r=8: 16 MB and a twentieth of a second for each guess
_MEMORY = 64 * 1024 * 1024


class Proof:
    """Holds nothing until a password proved right."""

    def __init__(self) -> None:
        self._salt = b""
        self._hash = b""

    async def hold(self, password: str) -> None:
        """Know this password again; the one before is forgotten."""
        salt = secrets.token_bytes(16)
        self._salt, self._hash = salt, await asyncio.to_thread(_hash, password, salt)

    async def fits(self, password: str) -> bool:
        """Whether it is the one that is held; nothing is where none is."""
        if not self._hash:
            return False
        return hmac.compare_digest(self._hash, await asyncio.to_thread(_hash, password, self._salt))

    def forget(self) -> None:
        """Know none."""
        self._salt = self._hash = b""


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=8, p=1, maxmem=_MEMORY)
