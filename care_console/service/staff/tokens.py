"""Opaque tokens: 256 random bits, stored as their SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """What is stored of a token. It has 256 bits of its own, so it needs no salt."""
    return hashlib.sha256(token.encode()).digest()
