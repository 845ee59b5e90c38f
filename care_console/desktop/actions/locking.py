"""Locking the desk and unlocking it, in a way that a restart does not undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from care_console.desktop.backend.session import SessionState
from care_console.desktop.desk import Desk

IDLE_LIMIT = timedelta(minutes=15)
"""Rules of the desk: 15 minutes idle locks it."""

_LOCKED, _ACTIVE = "locked", "active at"


async def keep_locked(desk: Desk) -> None:
    """Remember over a restart that the desk is locked."""
    await desk.store.set_fact(_LOCKED, "yes")


async def keep_active(desk: Desk, at: datetime) -> None:
    """Remember over a restart when the desk was last used."""
    await desk.store.set_fact(_ACTIVE, at.isoformat())


async def begins_locked(desk: Desk, now: datetime) -> bool:
    """Whether a desk that takes up a kept session must ask for the password first: it was locked when it
    ended, or has not been used for as long as locks it."""
    if desk.session.state is not SessionState.SIGNED_IN:
        return False
    if await desk.store.fact(_LOCKED) is not None:
        return True
    written = await desk.store.fact(_ACTIVE)
    try:
        active = datetime.fromisoformat(written) if written else None
    except ValueError:
        active = None
    if active is None or active.tzinfo is None:
        return True
    return not timedelta() <= now.astimezone(UTC) - active < IDLE_LIMIT


async def unlock(desk: Desk, password: str) -> None:
    """Go on as the person who signed in. Raises BackendFailure; Refused for a wrong password."""
    await desk.session.confirm(password)
    await desk.store.set_fact(_LOCKED, None)
