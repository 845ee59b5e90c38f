"""What the twin remembers: one SQLite file, written before an answer leaves; a kill loses nothing told."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from care_console.service.gateways.cards.twin.wire import Refusal

Body = dict[str, Any]
"""An object as Stripe would show it."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
    intent TEXT, charge TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_by_charge ON object (kind, charge);
CREATE INDEX IF NOT EXISTS object_by_intent ON object (kind, intent);
CREATE TABLE IF NOT EXISTS charge_fact (
    charge TEXT PRIMARY KEY, refunded_before INTEGER NOT NULL, behaviour TEXT);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, first_used REAL NOT NULL, path TEXT NOT NULL, params TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, request TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settlement (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, refund TEXT NOT NULL, due REAL NOT NULL, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session_end (session TEXT PRIMARY KEY, due REAL NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, copy INTEGER NOT NULL, due REAL NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (done, held, due);
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);
"""


class State:
    """The file. All work is on one thread, no transaction awaits, so none overlap."""

    def __init__(self, file: Path) -> None:
        self.db = sqlite3.connect(file, isolation_level=None)
        # WAL with NORMAL: a commit is in the kernel's hands before the answer; kill -9 cannot take it back.
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(_SCHEMA)

    def close(self) -> None:
        """Closes the file."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of a transaction that can be undone by itself, as a refusal does unless its work stands."""
        self.db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException as ended:
            if not (isinstance(ended, Refusal) and ended.work_stands):
                self.db.execute("ROLLBACK TO part")
            raise
        finally:
            self.db.execute("RELEASE part")

    def setting(self, name: str, default: Any) -> Any:
        """A setting that lives as long as the file."""
        row = self.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set_setting(self, name: str, value: Any) -> None:
        """Keeps a setting."""
        self.db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))

    def now(self) -> float:
        """The twin's clock: seconds since 1970, with what tests have advanced it by."""
        return time.time() + float(self.setting("clock_ahead", 0.0))

    def journal(self, what: str, **facts: Any) -> None:
        """One line of what really happened, in the transaction in which it did."""
        line = {"at": _utc(time.time()), "clock": _utc(self.now()), "what": what, **facts}
        self.db.execute("INSERT INTO journal (line) VALUES (?)", (json.dumps(line),))

    def journal_lines(self, after: int = 0) -> Iterator[str]:
        """The journal's lines past number `after`, each with its number `n`, oldest first."""
        rows = self.db.execute(
            "SELECT seq, line FROM journal WHERE seq > ? ORDER BY seq", (after,)
        ).fetchall()
        for seq, line in rows:
            yield json.dumps({"n": seq, **json.loads(line)}) + "\n"

    def keep(self, body: Body, intent: str | None = None, charge: str | None = None) -> None:
        """A new object."""
        self.db.execute(
            "INSERT INTO object (id, kind, intent, charge, body) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], intent, charge, json.dumps(body)),
        )

    def change(self, body: Body) -> None:
        """An object as it is from now on."""
        self.db.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))

    def get(self, kind: str, id: str) -> Body | None:
        """An object of a kind, or None."""
        row = self.db.execute("SELECT body FROM object WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def seq(self, kind: str, id: str) -> int | None:
        """Where an object stands in its list."""
        row = self.db.execute("SELECT seq FROM object WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return None if row is None else int(row[0])

    def newest(
        self,
        kind: str,
        limit: int,
        *,
        intent: str | None = None,
        charge: str | None = None,
        older_than: int | None = None,
        newer_than: int | None = None,
    ) -> list[Body]:
        """Objects newest first; past `newer_than`, the nearest ones to it, still newest first."""
        wheres, values = ["kind = ?"], [kind]
        for column, value, sign in (
            ("intent", intent, "="),
            ("charge", charge, "="),
            ("seq", older_than, "<"),
            ("seq", newer_than, ">"),
        ):
            if value is not None:
                wheres.append(f"{column} {sign} ?")
                values.append(value)  # type: ignore[arg-type]
        order = "DESC" if newer_than is None else "ASC"
        sql = f"SELECT body FROM object WHERE {' AND '.join(wheres)} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        found = [dict(json.loads(row[0])) for row in self.db.execute(sql, (*values, limit))]
        return found if newer_than is None else found[::-1]


def new_id(prefix: str) -> str:
    """An id as Stripe makes them: `re_`, `pi_`, `ch_`, `evt_` and 24 letters and digits."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return f"{prefix}_3{''.join(secrets.choice(alphabet) for _ in range(23))}"


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
