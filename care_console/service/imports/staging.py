"""The import's own tables, as long-lived as its connection: rows as they came, what is wrong with them."""

from __future__ import annotations

from typing import Any

from care_console.service.imports.connection import Driver
from care_console.service.imports.files import DataFile
from care_console.service.imports.reasons import Reason
from care_console.service.imports.records import RecordReader
from care_console.service.recipients.tables import BEGINNING, BY_REFERENCE

# A second import waits this long for the first; the backend of a killed one notices within a second.
LOCK_SECONDS = 60
IMPORT_LOCK = 0x696D706F7274  # "import"

_SESSION = f"""
SET temp_buffers = '64MB';
SET client_connection_check_interval = '1s';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET lock_timeout = '{LOCK_SECONDS}s';
CREATE TEMP TABLE import_rejects (file smallint NOT NULL, line bigint NOT NULL, reason text NOT NULL);
CREATE TEMP TABLE import_bad (ord bigint NOT NULL, reason text NOT NULL);
CREATE TEMP TABLE import_shifts (ord bigint NOT NULL, shift bigint NOT NULL);
CREATE INDEX ON import_shifts (ord);
CREATE TEMP TABLE import_sounds (line bigint NOT NULL, message_id bigint NOT NULL, path text NOT NULL);
"""

_TRANSACTION = """
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off;
SET LOCAL lock_timeout = 0;
"""


async def run(driver: Driver, statement: str) -> int:
    """Run one statement that has no parameters; how many rows it touched."""
    cursor = await driver.execute(statement.encode())
    return cursor.rowcount


async def run_all(driver: Driver, statements: str) -> None:
    """Run several statements that have no parameters."""
    await driver.execute(statements.encode())


async def open_session(driver: Driver) -> None:
    """Make the connection fit for an import: its settings and its tables."""
    await run_all(driver, _SESSION)


async def take_lock(driver: Driver) -> None:
    """Wait until no other import runs. Raises psycopg.errors.LockNotAvailable."""
    await run(driver, f"SELECT pg_advisory_lock({IMPORT_LOCK})")


async def open_transaction(driver: Driver) -> None:
    """Settings of the transaction that has just begun."""
    await run_all(driver, _TRANSACTION)


async def stage(driver: Driver, data: DataFile, reader: RecordReader, on_bytes: Any) -> None:
    """Copy the file's records into `import_stage`, numbered as `reader` numbers them."""
    columns = ", ".join(f"{column} text" for column in data.columns)
    await run_all(
        driver,
        f"CREATE TEMP TABLE import_stage (ord bigint GENERATED ALWAYS AS IDENTITY, {columns}) ON COMMIT DROP;"
        "TRUNCATE import_bad, import_shifts;",
    )
    names = ", ".join(data.columns)
    copy_in = f"COPY import_stage ({names}) FROM STDIN (FORMAT csv, FORCE_NULL ({names}))"
    before = 0
    async with driver.cursor() as cursor, cursor.copy(copy_in.encode()) as copy:
        for block in reader.blocks():
            await copy.write(block)
            on_bytes(reader.bytes_read - before)
            before = reader.bytes_read
    on_bytes(reader.bytes_read - before)
    await run(driver, "ANALYZE import_stage")


async def note_lines(driver: Driver, number: int, reader: RecordReader) -> None:
    """Store where lines and records part, and what the reader refused itself, of file `number`."""
    async with driver.cursor() as cursor:
        async with cursor.copy(b"COPY import_shifts FROM STDIN") as copy:
            for pair in reader.shifts():
                await copy.write_row(pair)
        async with cursor.copy(b"COPY import_rejects FROM STDIN") as copy:
            for line, reason in reader.refused:
                await copy.write_row((number, line, reason.value))


async def judge(driver: Driver, data: DataFile) -> None:
    """Put every staged row with something wrong in it into `import_bad`, with the first reason that holds."""
    cases = " ".join(f"WHEN {condition} THEN '{reason.value}'" for condition, reason in data.checks)
    await run(
        driver,
        f"INSERT INTO import_bad SELECT ord, reason FROM (SELECT s.ord, CASE {cases} END AS reason "
        f"FROM import_stage s {data.joins('LEFT')}) judged WHERE reason IS NOT NULL",
    )
    for number, unique in enumerate(data.unique):
        # An identifier counts as seen even on a row that is refused; a code only where its row is taken.
        taken = "WHERE NOT EXISTS (SELECT FROM import_bad b WHERE b.ord = i.ord)" if number else ""
        await run(
            driver,
            f"INSERT INTO import_bad SELECT s.ord, '{Reason.DUPLICATE_IDENTIFIER.value}' FROM import_stage s "
            f"JOIN (SELECT {unique}, min(ord) AS first FROM import_stage i {taken} GROUP BY {unique} "
            f"HAVING count(*) > 1) seen USING ({unique}) WHERE s.ord > seen.first "
            "AND NOT EXISTS (SELECT FROM import_bad b WHERE b.ord = s.ord)",
        )


async def put_aside(driver: Driver, number: int) -> int:
    """Take the bad rows out of the stage and into the list of rejects, by line; how many they are."""
    count = await run(
        driver,
        f"INSERT INTO import_rejects SELECT {number}, ord + {line_shift('b.ord')}, reason FROM import_bad b",
    )
    if count:
        await run(driver, "DELETE FROM import_stage s USING import_bad b WHERE b.ord = s.ord")
        await run(driver, "TRUNCATE import_bad")
    return count


def line_shift(ord_column: str) -> str:
    """SQL for how many lines the record of this number is ahead of its number."""
    return (
        f"coalesce((SELECT shift FROM import_shifts WHERE import_shifts.ord <= {ord_column} "
        "ORDER BY import_shifts.ord DESC LIMIT 1), 0)"
    )


async def insert_good(driver: Driver, data: DataFile) -> int:
    """Load the staged rows that are not there yet; how many they are."""
    kind = "LEFT" if data.name == "texts" else "INNER"
    order = "ORDER BY s.at, s.ord" if data.name == "consent" else ""
    return await run(
        driver,
        f"INSERT INTO {data.table} ({', '.join(data.into)}) SELECT {', '.join(data.into.values())} "
        f"FROM import_stage s {data.joins(kind)} "
        f"WHERE NOT EXISTS (SELECT FROM {data.table} t WHERE {data.same}) {order}",
    )


async def note_beginnings(driver: Driver, data: DataFile) -> None:
    """Note how the references of the staged rows begin, by which they are found."""
    if data.table in BY_REFERENCE:
        await run(
            driver,
            f"INSERT INTO reference_beginnings SELECT DISTINCT left(s.{data.key}, {BEGINNING}), "
            f"'{data.table}' FROM import_stage s ON CONFLICT DO NOTHING",
        )


async def refuse_taken_codes(driver: Driver) -> int:
    """Refuse the links whose code leads somewhere else already; how many they are."""
    return await run(
        driver,
        f"INSERT INTO import_bad SELECT s.ord, '{Reason.DUPLICATE_IDENTIFIER.value}' FROM import_stage s "
        "JOIN links t ON t.code = s.code AND t.imported_id IS DISTINCT FROM s.link_id",
    )
