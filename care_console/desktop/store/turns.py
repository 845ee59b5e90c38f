"""Desks on one file open and close it one after another, and each can tell whether it is the only one.

Two files beside the store's, always empty, on which SQLite's own locks are held: they work alike on every
system, between processes as within one, and whoever dies holds none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TURN, AT_WORK = "desk.db.turn", "desk.db.at-work"
PATIENCE_SECONDS = 15.0


class Occupied(OSError):
    """Another desk has had its turn for so long that this one waits no longer."""


class Turns:
    """The turns on the store of a folder, and whether this desk counts among those at work with it."""

    def __init__(self, folder: Path) -> None:
        self._turn = folder / TURN
        self._at_work = folder / AT_WORK
        self._mine: sqlite3.Connection | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Nobody else opens, closes or replaces the store meanwhile. Raises Occupied, OSError."""
        held = _locked(self._turn, "BEGIN EXCLUSIVE", PATIENCE_SECONDS)
        if held is None:
            raise Occupied("another desk is opening the store")
        try:
            yield
        finally:
            held.close()

    def begin_work(self) -> None:
        """Count among those that have the store open, until ``end_work``; to be called in one's turn."""
        self._mine = _locked(self._at_work, "BEGIN", PATIENCE_SECONDS)

    def end_work(self) -> None:
        """Count no more."""
        if self._mine is not None:
            self._mine.close()
            self._mine = None

    def is_nobody_at_work(self) -> bool:
        """Whether no desk has the store open; in one's turn this stays so."""
        alone = _locked(self._at_work, "BEGIN EXCLUSIVE", 0)
        if alone is None:
            return False
        alone.close()
        return True


def _locked(path: Path, begin: str, patience_seconds: float) -> sqlite3.Connection | None:
    """A connection that holds the lock until it is closed; None where others would not let it go."""
    for may_be_made_anew in (True, False):
        try:
            path.touch(0o600)
            connection = sqlite3.connect(
                str(path), timeout=patience_seconds, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as failure:
            raise OSError(str(failure)) from failure
        try:
            connection.execute(begin)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return connection
        except sqlite3.Error as failure:
            connection.close()
            name = failure.sqlite_errorname
            if name.startswith("SQLITE_BUSY"):
                return None
            # Something else was written into it: then nobody can hold a lock on it.
            if name != "SQLITE_NOTADB" or not may_be_made_anew:
                raise OSError(str(failure)) from failure
            path.unlink(missing_ok=True)
    raise AssertionError
