"""Imports a data set: `import_folder` loads every file of a folder, in order, and the sound that it names."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import procrastinate
import psycopg

from care_console.evidence.entries import Json
from care_console.service.foundation.clock import Clock, SystemClock
from care_console.service.foundation.context import Actor, Context
from care_console.service.foundation.jobs import make_job_app
from care_console.service.gateways.storage.port import Storage
from care_console.service.imports import staging
from care_console.service.imports.connection import Driver, ImportConnection, import_connection
from care_console.service.imports.consent import reviews, settle_numbers, store_first_states
from care_console.service.imports.files import CONSENT, FILES
from care_console.service.imports.load import begin_run, end_run, load_file
from care_console.service.imports.problems import ImportRefused
from care_console.service.imports.progress import ImportProgress, NoProgress
from care_console.service.imports.records import RecordReader
from care_console.service.imports.report import (
    FileReport,
    ImportReport,
    SoundReport,
    print_report,
    rejects_file,
    write_rejects,
)
from care_console.service.imports.sounds import SoundIntake
from care_console.service.imports.staging import run
from care_console.service.settings import Settings

__all__ = ["ImportRefused", "ImportReport", "import_folder", "print_report"]

IMPORTER = Actor("import")
_EXAMPLES = 20
_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class _Run:
    """One import at work."""

    connection: ImportConnection
    folder: Path
    clock: Clock
    settings: Settings
    jobs: procrastinate.App
    progress: ImportProgress
    sounds: SoundIntake

    def context(self) -> Context:
        return Context(
            self.connection, IMPORTER, self.clock.now(), "command:import", self.settings, self.jobs
        )


async def import_folder(
    database_url: str,
    folder: Path,
    *,
    storage: Storage,
    all_or_nothing: bool = False,
    rejects: Path | None = None,
    progress: ImportProgress | None = None,
    clock: Clock | None = None,
) -> ImportReport:
    """Load the data set in `folder` into a migrated database, and the sound that it names into `storage`.

    Each file is one transaction, or all are one with `all_or_nothing`; killed at any moment and run again, it
    ends as if it had run once. What is wrong with a row is named in the CSV file `rejects`. Raises
    ImportRefused, with a sentence, where the folder is no data set or another import is at work.
    """
    began = time.monotonic()
    _check_folder(folder)
    sounds = SoundIntake(folder, storage)
    try:
        async with import_connection(database_url) as connection:
            work = _Run(
                connection,
                folder,
                clock or SystemClock(),
                Settings(),
                make_job_app(database_url),
                progress or NoProgress(),
                sounds,
            )
            await _open(work)
            work.progress.begin(sum((folder / data.file).stat().st_size for data in FILES))
            return await (_all_or_nothing if all_or_nothing else _file_by_file)(work, rejects, began)
    finally:
        await sounds.close()


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ImportRefused(f"{folder} is not a folder. Name the folder that holds the data set's files.")
    missing = [data.file for data in FILES if not (folder / data.file).is_file()]
    if missing:
        raise ImportRefused(
            f"{folder} lacks {', '.join(missing)}. Nothing was loaded. A data set is all of its "
            f"{len(FILES)} files; one without rows still has its header."
        )
    for data in FILES:
        RecordReader(folder / data.file, data.columns).check_header()


async def _open(work: _Run) -> None:
    async with work.connection.driver.transaction():
        driver = work.connection.driver
        await staging.open_session(driver)
        try:
            await staging.take_lock(driver)
        except psycopg.errors.LockNotAvailable as error:
            raise ImportRefused(
                "Another import is at work on this database. Nothing was loaded. Run this one when that has "
                "ended."
            ) from error


async def _file_by_file(work: _Run, rejects: Path | None, began: float) -> ImportReport:
    async with work.connection.driver.transaction():
        run_id = await begin_run(work.context(), work.folder)
    files: list[FileReport] = []
    for data in FILES:
        async with work.connection.driver.transaction():
            files.append(await load_file(work.context(), run_id, data, work.folder, work.progress))
            if data is CONSENT:
                await store_first_states(work.connection.driver)
    await settle_numbers(work.connection.driver)
    total = await _sound_total(work)
    sounds = SoundReport()
    while True:
        async with work.connection.driver.transaction():
            batch = await work.sounds.next_batch(work.context())
        if batch is None:
            break
        sounds = sounds.plus(batch)
        work.progress.sounds(sounds.total, total)
    await _analyze(work)
    async with work.connection.driver.transaction():
        report = await _report(work, files, sounds, rejects, True, began)
        await end_run(work.context(), run_id, work.clock.now(), _details(report))
    return report


async def _all_or_nothing(work: _Run, rejects: Path | None, began: float) -> ImportReport:
    async with work.connection.driver.transaction() as transaction:
        run_id = await begin_run(work.context(), work.folder)
        files = [await load_file(work.context(), run_id, data, work.folder, work.progress) for data in FILES]
        total = await _sound_total(work)
        sounds = SoundReport()
        while (batch := await work.sounds.next_batch(work.context())) is not None:
            sounds = sounds.plus(batch)
            work.progress.sounds(sounds.total, total)
        kept = not any(file.refused for file in files) and not sounds.refused
        report = await _report(work, files, sounds, rejects, kept, began)
        if kept:
            await store_first_states(work.connection.driver)
            await end_run(work.context(), run_id, work.clock.now(), _details(report))
        else:
            raise psycopg.Rollback(transaction)
    if kept:
        await settle_numbers(work.connection.driver)
        await _analyze(work)
        return report
    async with work.connection.driver.transaction():
        run_id = await begin_run(work.context(), work.folder)
        await end_run(work.context(), run_id, work.clock.now(), _details(report))
    return report


async def _sound_total(work: _Run) -> int:
    driver = work.connection.driver
    row = await (await driver.execute("SELECT count(*) FROM import_sounds")).fetchone()
    return int(row[0]) if row else 0


async def _analyze(work: _Run) -> None:
    """The planner's figures, at once: until they come by themselves, searches of new rows may be slow."""
    async with work.connection.driver.transaction():
        driver = work.connection.driver
        await run(driver, f"ANALYZE {', '.join(data.table for data in FILES)}, consent_states, recordings")


async def _report(
    work: _Run,
    files: list[FileReport],
    sounds: SoundReport,
    rejects: Path | None,
    kept: bool,
    began: float,
) -> ImportReport:
    driver = work.connection.driver
    if rejects is not None:
        with rejects_file(rejects) as file:
            await _write_all(driver, file)
    counts = await driver.execute("SELECT reason, count(*) FROM import_rejects GROUP BY reason")
    reasons = {str(reason): int(count) for reason, count in await counts.fetchall()}
    examples = [row async for rows in _rejects(driver, _EXAMPLES) for row in rows]
    names, review_count = await reviews(driver)
    return ImportReport(
        folder=work.folder,
        files=tuple(files),
        sounds=sounds,
        reasons=reasons,
        examples=tuple(examples),
        reviews=names,
        review_count=review_count,
        rejects=rejects,
        kept=kept,
        seconds=time.monotonic() - began,
    )


async def _write_all(driver: Driver, file: TextIO) -> None:
    async for rows in _rejects(driver, None):
        write_rejects(file, rows)


async def _rejects(driver: Driver, limit: int | None) -> AsyncIterator[list[tuple[str, int, str]]]:
    """What was refused, by file and line, some thousand rows at a time."""
    ending = "" if limit is None else f" LIMIT {limit}"
    async with driver.cursor(name="rejects") as cursor:
        await cursor.execute(
            f"SELECT file, line, reason FROM import_rejects ORDER BY file, line, reason{ending}".encode()
        )
        while rows := await cursor.fetchmany(_AT_A_TIME):
            yield [(FILES[number].file, line, reason) for number, line, reason in rows]


def _details(report: ImportReport) -> dict[str, Json]:
    return {
        "folder": report.folder.name,
        "kept": report.kept,
        "loaded": report.loaded,
        "refused": report.refused,
        "sounds": report.sounds.stored,
        "reviews": report.review_count,
    }
