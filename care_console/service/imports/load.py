"""Loads one file of a data set in one transaction: staged, judged, its good rows stored."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy import insert, update

from care_console.contract.audit import Action
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.imports import staging
from care_console.service.imports.connection import Driver, connection_of
from care_console.service.imports.consent import note_consent
from care_console.service.imports.files import CONSENT, FILES, LINKS, MESSAGES, REFUNDS, DataFile
from care_console.service.imports.progress import READ_SHARE, ImportProgress
from care_console.service.imports.records import RecordReader
from care_console.service.imports.refunds import refuse_beyond_charge
from care_console.service.imports.report import FileReport
from care_console.service.imports.staging import run
from care_console.service.imports.tables import import_files, import_runs

_WATCH_SECONDS = 0.5

_NOTE_SOUNDS = (
    f"INSERT INTO import_sounds SELECT s.ord + {staging.line_shift('s.ord')}, m.id, s.audio "
    "FROM import_stage s JOIN messages m ON m.imported_id = s.message_id WHERE s.audio IS NOT NULL"
)


async def load_file(
    ctx: Context, run_id: int, data: DataFile, folder: Path, progress: ImportProgress
) -> FileReport:
    """Load `data` from `folder` in the transaction of `ctx`; what was refused stands in `import_rejects`."""
    driver = connection_of(ctx).driver
    await staging.open_transaction(driver)
    path = folder / data.file
    size = max(path.stat().st_size, 1)
    progress.file(data.file, size)
    reader = RecordReader(path, data.columns, data.free_text)
    read = 0

    def on_bytes(count: int) -> None:
        nonlocal read
        read += count
        progress.at("reading", READ_SHARE * read / size)

    await staging.stage(driver, data, reader, on_bytes)
    number = FILES.index(data)
    await staging.note_lines(driver, number, reader)
    progress.at("checking", READ_SHARE)
    await staging.judge(driver, data)
    if data is REFUNDS:
        await refuse_beyond_charge(driver)
    refused = len(reader.refused) + await staging.put_aside(driver, number)
    async with _watching(connection_of(ctx).url, data, reader.sent, progress):
        loaded, late = await _store(driver, data, number)
    await staging.note_beginnings(driver, data)
    if data is MESSAGES:
        await run(driver, _NOTE_SOUNDS)
    if data is CONSENT:
        await note_consent(driver)
    report = FileReport(data.file, reader.sent + len(reader.refused), loaded, refused + late)
    await _note_file(ctx, run_id, reader, report)
    await run(driver, "DROP TABLE import_stage")
    progress.done(report.read)
    return report


async def _store(driver: Driver, data: DataFile, number: int) -> tuple[int, int]:
    """Rows loaded, and rows refused only now, since what they lead to is taken."""
    if data is not LINKS:
        return await staging.insert_good(driver, data), 0
    await run(driver, "SAVEPOINT links")
    try:
        return await staging.insert_good(driver, data), 0
    except psycopg.errors.UniqueViolation:
        # Seldom, and a search through all links: so it is not asked before.
        await run(driver, "ROLLBACK TO SAVEPOINT links")
        await staging.refuse_taken_codes(driver)
        late = await staging.put_aside(driver, number)
        return await staging.insert_good(driver, data), late


async def _note_file(ctx: Context, run_id: int, reader: RecordReader, report: FileReport) -> None:
    await ctx.connection.execute(
        insert(import_files).values(
            run_id=run_id,
            file=report.file,
            sha256=reader.sha256,
            rows_read=report.read,
            rows_loaded=report.loaded,
            rows_refused=report.refused,
            finished_at=ctx.now,
        )
    )
    if report.loaded:
        details: dict[str, Json] = {"file": report.file, "loaded": report.loaded, "refused": report.refused}
        await record(ctx, Action.IMPORT_RUN, f"import:{run_id}", details=details)


@asynccontextmanager
async def _watching(url: str, data: DataFile, rows: int, progress: ImportProgress) -> AsyncIterator[None]:
    """While rows are stored, see how far it is: a table's sequence shows its count before the commit."""
    stopped = asyncio.Event()
    task = asyncio.create_task(_watch(url, data, max(rows, 1), progress, stopped))
    try:
        yield
    finally:
        stopped.set()
        await asyncio.gather(task, return_exceptions=True)


async def _watch(
    url: str, data: DataFile, rows: int, progress: ImportProgress, stopped: asyncio.Event
) -> None:
    statement = f"SELECT last_value FROM pg_sequences WHERE sequencename = '{data.table}_id_seq'"
    first: int | None = None
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as second:
        while not stopped.is_set():
            row = await (await second.execute(statement.encode())).fetchone()
            value = int(row[0] or 0) if row else 0
            first = value if first is None else first
            progress.at("storing", READ_SHARE + (1 - READ_SHARE) * min(1.0, (value - first) / rows))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), _WATCH_SECONDS)


async def begin_run(ctx: Context, folder: Path) -> int:
    """Note that an import began; its number."""
    answer = await ctx.connection.execute(
        insert(import_runs).values(folder=folder.name, started_at=ctx.now).returning(import_runs.c.id)
    )
    run_id: int = answer.scalar_one()
    return run_id


async def end_run(ctx: Context, run_id: int, finished_at: datetime, details: dict[str, Json]) -> None:
    """Note that it ended, and write its entry."""
    await ctx.connection.execute(
        update(import_runs).where(import_runs.c.id == run_id).values(finished_at=finished_at)
    )
    await record(ctx, Action.IMPORT_RUN, f"import:{run_id}", details=details)
