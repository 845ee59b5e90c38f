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

from care_console.desktop.store.tables import LAYOUT, metadata

IN_MEMORY = ":memory:"
DIALECT = sqlite_dialect()
DatabaseError = sqlcipher3.DatabaseError
OperationalError = sqlcipher3.OperationalError
_BUSY_SECONDS = 10.0
_NOT_DAMAGE = frozenset({"SQLITE_BUSY", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_NOMEM"})
"""What may be wrong with the machine while the file is sound: nothing is set aside for it."""
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY", "foreign_keys = ON")
"""WAL: another process may read while this one writes. FULL: what was committed is on disk, through kill -9
and a power cut. MEMORY: no sort ever spills to a plain file."""


class Damaged(Exception):
    """The file is not one that this key opens, or not all of it can be read."""


def open_engine(path: Path | str, key: str) -> Engine:
    """The file (made where there is none) as an engine of one connection. `key`: 64 hexadecimal digits.

    Use it from one thread only. Raises Damaged; OperationalError where the file cannot be opened at all.
    """
    if isinstance(path, Path) and not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        "sqlite://", module=sqlcipher3.dbapi2, creator=lambda: _connect(path, key), poolclass=StaticPool
    )
    event.listen(engine, "begin", _begin_to_write)
    try:
        with engine.begin() as connection:
            _prepare(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(path: Path, key: str) -> Iterator[Any]:
    """A bare connection to a file that may be damaged, to read from it what can be read."""
    connection = _raw(path, key)
    try:
        yield connection
    finally:
        connection.close()


def _connect(path: Path | str, key: str) -> Any:
    connection = _raw(path, key)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        # Reads every page and with it checks each page's HMAC. cipher_integrity_check would too, but takes
        # no lock, and could find a page half written that another desk is just writing.
        faults = [row for row in connection.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]
    except DatabaseError as failure:
        connection.close()
        if failure.sqlite_errorname in _NOT_DAMAGE:
            raise
        raise Damaged(str(failure)) from failure
    if faults:
        connection.close()
        raise Damaged(str(faults[0][0]))
    return connection


def _raw(path: Path | str, key: str) -> Any:
    # isolation_level=None leaves BEGIN to us; the driver's own guessing would begin too late.
    connection = sqlcipher3.connect(str(path), timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    return connection


def _begin_to_write(connection: Connection) -> None:
    # IMMEDIATE: two desks on one file wait for each other instead of failing half-way through.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare(connection: Connection) -> None:
    layout = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if layout == LAYOUT:
        return
    if layout != 0:
        raise Damaged(f"it has layout {layout}, and this version knows {LAYOUT}")
    metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {LAYOUT}")
