"""What the twin remembers: one SQLite file, written before an answer leaves; a kill loses nothing told."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FAULTS = ("drop_reply", "500", "503", "delay")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS text (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, phone TEXT NOT NULL, incoming INTEGER NOT NULL, body TEXT NOT NULL,
    at TEXT NOT NULL, report_url TEXT, reports TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS unreported ON text (seq) WHERE report_url IS NOT NULL AND reports = '[]';
CREATE TABLE IF NOT EXISTS behaviour (phone TEXT PRIMARY KEY, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that came by, in either direction."""

    seq: int
    phone: str
    incoming: bool
    body: str
    at: str


class Book:
    """The file. All work is on one thread and none awaits."""

    def __init__(self, file: Path | str) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_SCHEMA)
        self._faults: list[dict[str, Any]] = []

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def take(self, phone: str, body: str, report_url: str | None, **facts: str) -> int:
        """A text that was handed to us; its number."""
        seq = self._keep(phone, body, incoming=False, report_url=report_url)
        self.journal("text", n_text=seq, to=phone, body=body, **facts)
        return seq

    def say(self, phone: str, body: str) -> int:
        """A text that somebody sends to the short code; its number."""
        seq = self._keep(phone, body, incoming=True, report_url=None)
        self.journal("said", n_text=seq, by=phone, body=body)
        return seq

    def texts(self, most: int = 200) -> list[Kept]:
        """The newest texts, the newest first."""
        rows = self._db.execute(
            "SELECT seq, phone, incoming, body, at FROM text ORDER BY seq DESC LIMIT ?", (most,)
        )
        return [Kept(seq, phone, bool(incoming), body, at) for seq, phone, incoming, body, at in rows]

    def unreported(self) -> list[tuple[int, str, str]]:
        """Handed texts whose receipt was not taken yet: number, phone, address."""
        return self._db.execute(
            "SELECT seq, phone, report_url FROM text WHERE report_url IS NOT NULL AND reports = '[]' "
            "ORDER BY seq LIMIT 100"
        ).fetchall()

    def reported(self, seq: int, status: int) -> None:
        """A receipt that the service took."""
        self._db.execute("UPDATE text SET reports = ? WHERE seq = ?", (json.dumps([status]), seq))
        self.journal("receipt", n_text=seq, status=status)

    def never_report(self, seq: int) -> None:
        """A text of which the carrier tells nothing; it would stand in the way of those after it."""
        self._db.execute("UPDATE text SET reports = '[0]' WHERE seq = ?", (seq,))

    def behave(self, phone: str, answer: str) -> None:
        """What the carrier answers for a number: delivered, undelivered, refused, unsubscribed, nothing."""
        self._db.execute("INSERT OR REPLACE INTO behaviour VALUES (?, ?)", (phone, answer))
        self.journal("behaviour", phone=phone, answer=answer)

    def behaviour(self, phone: str) -> str:
        """What the carrier answers for a number."""
        row = self._db.execute("SELECT answer FROM behaviour WHERE phone = ?", (phone,)).fetchone()
        return row[0] if row else "delivered"

    def order_fault(self, next_: str, count: int, seconds: float) -> None:
        """Go wrong in this way, so many times."""
        self._faults.append({"next": next_, "count": count, "seconds": seconds})
        self.journal("fault", next=next_, count=count)

    def fault(self) -> dict[str, Any] | None:
        """The fault that befalls this request, used up once."""
        if not self._faults:
            return None
        fault = self._faults[0]
        fault["count"] -= 1
        if fault["count"] <= 0:
            self._faults.pop(0)
        self.journal("fault_taken", next=fault["next"])
        return fault

    def journal(self, what: str, **facts: Any) -> None:
        """One line of what really happened."""
        line = json.dumps({"at": _now(), "what": what, **facts}, ensure_ascii=False)
        self._db.execute("INSERT INTO journal (line) VALUES (?)", (line,))

    def journal_lines(self, after: int = 0) -> Iterator[str]:
        """The journal's lines past number `after`, each with its number `n`, oldest first."""
        rows = self._db.execute("SELECT seq, line FROM journal WHERE seq > ? ORDER BY seq", (after,))
        for seq, line in rows.fetchall():
            yield json.dumps({"n": seq, **json.loads(line)}, ensure_ascii=False) + "\n"

    def _keep(self, phone: str, body: str, *, incoming: bool, report_url: str | None) -> int:
        kept = self._db.execute(
            "INSERT INTO text (phone, incoming, body, at, report_url) VALUES (?, ?, ?, ?, ?)",
            (phone, incoming, body, _now(), report_url),
        )
        assert kept.lastrowid is not None
        return kept.lastrowid


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat().replace("+00:00", "Z")
