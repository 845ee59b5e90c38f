"""A clock for windows that tests move by hand: nobody waits, and nobody sleeps."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from care_console.desktop.shell.clock import Clock


class HandClock(Clock):
    """Runs on as any clock, ahead of the true one by what it was moved; ticks when it is moved."""

    def __init__(self, at: datetime | None = None) -> None:
        super().__init__()
        self._timer.stop()
        self._ahead = at - datetime.now(UTC) if at else timedelta()
        self._moved = timedelta()

    def move(self, **by: float) -> None:
        """Go on by a ``timedelta``'s arguments, and tick."""
        self._moved += timedelta(**by)
        self.ticked.emit()

    def now(self) -> datetime:
        """The moment."""
        return datetime.now(UTC) + self._ahead + self._moved

    def seconds(self) -> float:
        """Seconds that only grow."""
        return time.monotonic() + self._moved.total_seconds()
