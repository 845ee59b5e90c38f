"""Locks by name, of what has no row yet: held until the end of the transaction."""

from __future__ import annotations

from sqlalchemy import text

from care_console.service.foundation.context import Context

IMPORTED_CONSENT = "consent:imported"
"""Held alone by an import while it stores where numbers stand; together by those who hand texts over."""

_SHARE = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def lock_name(ctx: Context, name: str) -> None:
    """Wait until nobody else holds the lock of this name (``number:+12145550142``), and hold it."""
    await ctx.connection.execute(_LOCK, {"name": name})


async def share_name(ctx: Context, name: str) -> None:
    """Wait until nobody holds the lock of this name alone, and hold it together with others who share it."""
    await ctx.connection.write(_SHARE, {"name": name})
