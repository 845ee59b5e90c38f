"""Opening the encrypted file, and telling a sound one from a damaged one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3  # type: ignore[import-untyped]
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError

from care_console.desktop.store.layouts import NotOurs, bring_to_date
from care_console.desktop.store.pages import lost_commits, read_log

IN_MEMORY = ":memory:"
DIALECT = sqlite_dialect()
DatabaseError = sqlcipher3.DatabaseError
OperationalError = sqlcipher3.OperationalError
_BUSY_SECONDS = 10.0
_DAMAGE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
"""All else (busy, full, no memory, no permission, no reading) may be the machine's, and the file sound."""
_OTHER_TABLES = "SQLITE_ERROR"
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "temp_store = MEMORY",
    "foreign_keys = ON",
    "secure_delete = ON",
)
"""WAL: another process may read while this one writes. FULL: what was committed is on disk, through kill -9
and a power cut. MEMORY: no sort ever spills to a plain file. secure_delete: a page that is not used any more
holds nothing, so that what was answered is not found again in a damaged file."""


class Damaged(Exception):
    """The file is not one that this key opens, or not all of it can be read.

    `all_read`: whether SQLite, where it reads a table to its end, has read all of it.
    """

    def __init__(self, why: str, *, all_read: bool = True) -> None:
        super().__init__(why)
        self.all_read = all_read


def open_engine(path: Path | str, key: str, *, alone: bool = True) -> Engine:
    """The file (made where there is none) as an engine of one connection. `key`: 96 hexadecimal digits, the

    last 32 of them the salt (of old, 64 and the salt in the file's first bytes, lost with them). `alone`:
    whether nobody else has it open. Use it from one thread only. Raises Damaged; OperationalError where the
    file cannot be opened at all.
    """
    if isinstance(path, Path) and not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        "sqlite://",
        module=sqlcipher3.dbapi2,
        creator=lambda: _connect(path, key, alone),
        poolclass=StaticPool,
    )
    event.listen(engine, "begin", _begin_to_write)
    try:
        with engine.begin() as connection:
            bring_to_date(connection)
    except NotOurs as other:
        engine.dispose()
        raise Damaged(str(other)) from other
    except DBAPIError as failure:
        engine.dispose()
        if getattr(failure.orig, "sqlite_errorname", "").startswith((*_DAMAGE, _OTHER_TABLES)):
            raise Damaged(str(failure.orig)) from failure
        raise
    except BaseException:
        engine.dispose()
        raise
    return engine


def checkpoint(engine: Engine) -> None:
    """Bring what is in the log into the file itself, as far as nobody reads it."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    finally:
        raw.close()


@contextmanager
def reading(path: Path, key: str) -> Iterator[Any]:
    """A bare connection to a file that may be damaged, to read from it what can be read."""
    connection = _raw(path, key)
    try:
        yield connection
    finally:
        connection.close()


def _connect(path: Path | str, key: str, alone: bool) -> Any:
    # Whoever is the first to open it goes through the log; who comes later is told by the first what is in
    # it, and a log that somebody writes to cannot be held against that.
    log = read_log(path) if isinstance(path, Path) and alone else b""
    connection = _raw(path, key)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        # Reads every page and with it checks each page's HMAC. cipher_integrity_check would too, but takes
        # no lock, and could find a page half written that another desk is just writing.
        faults = [row for row in connection.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]
    except DatabaseError as failure:
        connection.close()
        if not failure.sqlite_errorname.startswith(_DAMAGE):
            raise
        raise Damaged(str(failure)) from failure
    if faults:
        connection.close()
        raise Damaged(str(faults[0][0]), all_read=False)
    if isinstance(path, Path) and log and _stops_early(connection, path, key, log):
        connection.close()
        raise Damaged("its last changes can be read in part only", all_read=False)
    return connection


def _stops_early(connection: Any, path: Path, key: str, log: bytes) -> bool:
    """Whether SQLite silently left away commits behind a damaged place of the log that it found."""
    taken = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    return taken >= 0 and lost_commits(path, key, log, taken)


def _raw(path: Path | str, key: str) -> Any:
    # isolation_level=None leaves BEGIN to us; the driver's own guessing would begin too late.
    connection = sqlcipher3.connect(str(path), timeout=_BUSY_SECONDS, isolation_level=None)
    # Its own lines on each page that is damaged say less than ours, and would come by the hundred.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    return connection


def _begin_to_write(connection: Connection) -> None:
    # IMMEDIATE: two desks on one file wait for each other instead of failing half-way through.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
