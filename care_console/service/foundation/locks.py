"""Locks by name, of what has no row yet: held until the end of the transaction."""

from __future__ import annotations

from sqlalchemy import text

from care_console.service.foundation.context import Context

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def lock_name(ctx: Context, name: str) -> None:
    """Wait until nobody else holds the lock of this name (``number:+12145550142``), and hold it."""
    await ctx.connection.execute(_LOCK, {"name": name})
