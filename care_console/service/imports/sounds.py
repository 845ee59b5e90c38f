"""The sound files that a data set names: prepared on all cores, stored some dozen at a time."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from care_console.service.foundation.context import Context
from care_console.service.gateways.storage.port import Storage
from care_console.service.imports.connection import connection_of
from care_console.service.imports.files import FILES, MESSAGES
from care_console.service.imports.reasons import Reason
from care_console.service.imports.report import SoundReport
from care_console.service.recordings.formats import LARGEST_BYTES, SoundError
from care_console.service.recordings.intake import (
    Facts,
    add_recordings,
    keep,
    known_facts,
    prepare_sound,
    spool_folder,
)
from care_console.service.recordings.keeping import share_imported_sounds
from care_console.service.recordings.preparing import Job
from care_console.service.recordings.rules import keys_of_import, sound_inside
from care_console.service.recordings.workshop import MOST_WORKERS, Busy, Workshop

# Lost when the import is killed: so many sounds are done again by the next run.
_BATCH_A_WORKER = 24
# Facts kept at hand, some 700 bytes each: data sets for trying things out give a few sounds to many messages.
_MOST_KNOWN = 4096
# Nobody waits at a telephone: only what hangs for good is given up, as no sound.
_LONGEST_SECONDS = 900.0

_NEXT = """
SELECT s.line, s.message_id, s.path, r.message_id IS NOT NULL FROM import_sounds s
LEFT JOIN recordings r ON r.message_id = s.message_id
WHERE s.message_id > %s ORDER BY s.message_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class _Sound:
    line: int
    message_id: int
    path: Path
    sha256: bytes


class SoundIntake:
    """Goes once through `import_sounds`, a batch after the other, by message."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder = folder
        self._storage = storage
        self._workers = max(1, min(os.cpu_count() or 1, MOST_WORKERS))
        self._workshop = Workshop(self._workers, _LONGEST_SECONDS)
        self._last = 0
        self._known: dict[bytes, Facts] = {}

    async def next_batch(self, ctx: Context) -> SoundReport | None:
        """Take the next sounds in, in the transaction of `ctx`; None when there are no more.

        A sound that cannot be taken is added to `import_rejects` by its message's line; the message stays.
        """
        await share_imported_sounds(ctx)
        driver = connection_of(ctx).driver
        limit = self._workers * _BATCH_A_WORKER
        rows = await (await driver.execute(_NEXT, (self._last, limit))).fetchall()
        if not rows:
            return None
        self._last = rows[-1][1]
        new = [(line, message_id, path) for line, message_id, path, there in rows if not there]
        hashed = await asyncio.gather(*(asyncio.to_thread(self._look_at, *row) for row in new))
        sounds = [sound for sound in hashed if isinstance(sound, _Sound)]
        facts = await self._facts(ctx, sounds)
        good = [(sound.message_id, facts[sound.sha256]) for sound in sounds if sound.sha256 in facts]
        await add_recordings(ctx, good)
        bad = [sound.line for sound in sounds if sound.sha256 not in facts]
        bad += [line for line in hashed if isinstance(line, int)]
        async with driver.cursor() as cursor:
            values = [(FILES.index(MESSAGES), line, Reason.BAD_SOUND.value) for line in bad]
            await cursor.executemany("INSERT INTO import_rejects VALUES (%s, %s, %s)", values)
        return SoundReport(stored=len(good), already=len(rows) - len(new), refused=len(bad))

    async def close(self) -> None:
        """Let the workers go."""
        await self._workshop.close()

    def _look_at(self, line: int, message_id: int, relative: str) -> _Sound | int:
        """The sound with its hash; only the line where there is no such file in the folder."""
        path = sound_inside(self._folder, relative)
        if path is None or path.stat().st_size > LARGEST_BYTES:
            return line
        try:
            with path.open("rb") as file:
                return _Sound(line, message_id, path, hashlib.file_digest(file, "sha256").digest())
        except OSError:
            return line

    async def _facts(self, ctx: Context, sounds: list[_Sound]) -> dict[bytes, Facts]:
        """The facts by hash: of sounds known from before, and of the others once they are stored."""
        paths = {sound.sha256: sound.path for sound in sounds}
        facts = {sha256: self._known[sha256] for sha256 in paths if sha256 in self._known}
        if missing := paths.keys() - facts.keys():
            facts |= await known_facts(ctx, missing)
        # Each sound and its copy come back through memory: only so many at once.
        gate = asyncio.Semaphore(2 * self._workers)
        made = await asyncio.gather(
            *(self._make(gate, path, sha256) for sha256, path in paths.items() if sha256 not in facts)
        )
        new = {one.source_sha256: one for one in made if one is not None}
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        # Those alone that are too young to be deleted while this import goes on.
        self._known |= new
        facts |= new
        return facts

    async def _make(self, gate: asyncio.Semaphore, path: Path, sha256: bytes) -> Facts | None:
        async with gate:
            with spool_folder() as folder:
                keys = keys_of_import(sha256, path.name)
                try:
                    made = await prepare_sound(self._workshop, Job.IMPORT, path, folder, sha256, keys)
                except (SoundError, Busy):
                    return None
                return await keep(self._storage, made)
