"""Makes the database of one size once, and keeps it under build/benchmarks/ for the next run."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from care_console.service.foundation.schema import migrate
from tests.benchmarks.scale import names
from tests.benchmarks.scale.sql import FUNCTIONS, HEAVIEST, HEAVIEST_MESSAGES, ROWS
from tests.support.postgres import server

KEPT = Path(__file__).parents[3] / "build" / "benchmarks"
DATABASE = "care_scale"
_MADE_ANEW_AFTER = timedelta(days=5)
_FORM = 3
"""Grows with every change of what is made: what was made in another form is made anew."""
_MEMORY_MB = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
# A quarter of the memory is what PostgreSQL's own manual begins with (19.4.1, shared_buffers).
_DURABLE = (
    f"shared_buffers={_MEMORY_MB // 4}MB", f"effective_cache_size={_MEMORY_MB // 2}MB", "random_page_cost=1.1",
    "max_wal_size=4GB",
)  # fmt: skip
_FAST = (
    "shared_buffers=1GB", "fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal",
    "max_wal_senders=0", "max_wal_size=16GB", "maintenance_work_mem=768MB", "work_mem=256MB", "autovacuum=off", "jit=off",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are. The heaviest recipient has 2,459 of the messages at any size."""

    messages: int

    @property
    def recipients(self) -> int:
        """A tenth of the messages."""
        return self.messages // 10

    def __str__(self) -> str:
        return f"{self.recipients:,} recipients, {self.messages:,} messages"


@contextmanager
def database_of(size: Size) -> Iterator[str]:
    """The URL of the database, on a server of its own that is as durable as one in earnest.

    What is older than five days is made anew: a story tells of the last 30 days.
    """
    folder = KEPT / f"data-{size.messages}"
    if not _is_good(folder):
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, size)
    with server(folder, _DURABLE, keep=True) as cluster:
        migrate(cluster.url(DATABASE))  # what was made before the newest migration is brought to it
        _read_through(folder)
        yield cluster.url(DATABASE)


def _read_through(folder: Path) -> None:
    """Have the system read all of it once, as on a server that has been at work: else each find of somebody new
    is some looks at a disk, for both ways, and which of them comes first pays for it."""
    for file in sorted((folder / "data" / "base").rglob("*")):
        if file.is_file():
            with file.open("rb", buffering=0) as read:
                while read.read(1 << 22):
                    pass


def _is_good(folder: Path) -> bool:
    made = folder / "made"
    stamp, form = (*made.read_text().split(), "1")[:2] if made.exists() else ("", "0")
    return form == str(_FORM) and datetime.fromisoformat(stamp) > datetime.now(UTC) - _MADE_ANEW_AFTER


def _make(folder: Path, size: Size) -> None:
    began = time.monotonic()
    print(f"making {size}: once, kept in {folder}", flush=True)
    with server(folder, _FAST, keep=True) as cluster:
        cluster.run(f"CREATE DATABASE {DATABASE}")
        migrate(cluster.url(DATABASE))
        with psycopg.connect(cluster.url(DATABASE), autocommit=True) as connection:
            _fill(connection, size)
            connection.execute("CHECKPOINT")
    stamp = datetime.now(UTC).isoformat()
    (folder / "made").write_text(f"{stamp} {_FORM}\n")
    print(f"  made in {time.monotonic() - began:.0f} s", flush=True)


def _fill(connection: psycopg.Connection, size: Size) -> None:
    anchor = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    connection.execute(_functions().encode())
    _restart(connection)
    restore = _drop_indexes(connection)
    # Checks of references and triggers of rows are left out, as in a restore: the rows are made to fit.
    connection.execute("SET session_replication_role = replica")
    values = {
        "recipients": str(size.recipients),
        "messages": str(size.messages),
        "anchor": f"timestamptz '{anchor.isoformat()}'",
        "every": str(max(1, size.messages // HEAVIEST_MESSAGES)),
        "heaviest_messages": str(HEAVIEST_MESSAGES),
        "heaviest": str(HEAVIEST),
    }
    for table, statement in ROWS.items():
        began = time.monotonic()
        written = re.sub(r"(?<!:):([a-z_]+)", lambda found: values[found[1]], statement)
        count = connection.execute(written.encode()).rowcount
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        print(f"  {table:<16}{count:>12,} rows {time.monotonic() - began:>7.1f} s", flush=True)
    began = time.monotonic()
    connection.execute(
        "INSERT INTO name_words SELECT DISTINCT unnest(tsvector_to_array(name_lexemes)) FROM recipients"
    )
    connection.execute(
        "INSERT INTO last_heard "
        "SELECT r.id, right(r.phone, 4), m.recorded_at, m.id, m.sender_id, r.phone, r.name, r.language "
        "FROM recipients AS r LEFT JOIN (SELECT DISTINCT ON (recipient_id) * FROM messages "
        "ORDER BY recipient_id, recorded_at DESC, id DESC) AS m ON m.recipient_id = r.id"
    )
    for statement in restore:
        connection.execute(statement.encode())
    # The peer of misspelled names: trigrams over whole names.
    connection.execute("CREATE INDEX bench_names ON recipients USING gin (name gin_trgm_ops)")
    connection.execute("SET session_replication_role = origin")
    connection.execute("VACUUM (ANALYZE, FREEZE)")
    print(f"  indexes {time.monotonic() - began:>34.1f} s", flush=True)


def _functions() -> str:
    def array(some: list[str]) -> str:
        return "ARRAY[" + ",".join("'" + one.replace("'", "''") + "'" for one in some) + "]"

    return FUNCTIONS.format(
        beginnings=array(names.BEGINNINGS),
        middles=array(names.MIDDLES),
        endings=array(names.ENDINGS),
        surnames=array(names.SURNAMES),
        surname_count=len(names.SURNAMES),
        rare_surnames=120_000,
        given=array(names.GIVEN),
        given_count=len(names.GIVEN),
        rare_given=8_000,
        areas=array(names.AREA_CODES),
    )


def _restart(connection: psycopg.Connection) -> None:
    """No row of a migration's own is in the way, and every table is counted from 1."""
    for table in (*ROWS, "name_words"):
        rows = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        if rows != (0,):
            raise RuntimeError(f"the new database holds rows in {table} already")


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop what is quicker built at once than row by row; the statements that build it again."""
    restore: list[str] = []
    unique = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)",
        (list(ROWS),),
    ).fetchall()
    for table, name, definition in unique:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
        restore.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    others = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i "
        "WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisprimary",
        ([*ROWS, "name_words"],),
    ).fetchall()
    for name, definition in others:
        connection.execute(f"DROP INDEX {name}".encode())
        restore.append(definition)
    return restore
