"""Takes a sound in: a worker prepares it, its files are stored, then come the facts for its row."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Query
from care_console.service.gateways.storage.port import Storage
from care_console.service.recordings.preparing import PLAYABLE, Job, Measured
from care_console.service.recordings.rules import PLAYABLE_MEDIA_TYPE, Keys
from care_console.service.recordings.tables import recordings
from care_console.service.recordings.workshop import Workshop

_ADD = Query(insert(recordings).on_conflict_do_nothing())
SPOOL = "spool"
"""The folder, in the data folder, where sound is while it is being prepared."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored of one sound, but for whose it is and when it was measured: a row of `recordings`."""

    source_key: str
    source_sha256: bytes
    playable_key: str
    playable_media_type: str
    codec: str
    duration_seconds: float
    loudness_lufs: float | None
    true_peak_dbfs: float | None
    silence_share: float
    clipping_share: float
    peaks: bytes
    copy_lufs: float | None = None
    copy_true_peak_dbfs: float | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sound that was taken: the file as it came, the folder with its copy, and its facts."""

    source: Path
    folder: Path
    facts: Facts


@contextlib.contextmanager
def spool_folder(data_dir: Path | None = None) -> Iterator[Path]:
    """A folder for one sound, its owner's alone, which is gone with the block; among the system's temporary
    files, where no data folder is given."""
    if data_dir is not None:
        (data_dir / SPOOL).mkdir(parents=True, exist_ok=True, mode=0o700)
    place = None if data_dir is None else data_dir / SPOOL
    folder = Path(tempfile.mkdtemp(prefix="care-sound-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def prepare_sound(
    workshop: Workshop, job: Job, source: Path, folder: Path, sha256: bytes, keys: Keys
) -> Prepared:
    """Have a worker measure a sound and make its copy. Raises SoundError for what cannot be taken; Busy."""
    measured: dict[str, Any] = asdict(Measured(**await workshop.prepare(job, source, folder)))
    measured["peaks"] = bytes.fromhex(measured["peaks"])
    return Prepared(
        source,
        folder,
        Facts(
            source_key=keys.source,
            source_sha256=sha256,
            playable_key=keys.playable,
            playable_media_type=PLAYABLE_MEDIA_TYPE,
            **measured,
        ),
    )


async def keep(storage: Storage, prepared: Prepared) -> Facts:
    """Store the sound and its copy. Before the row that names them: a row never leads to nothing."""
    facts = prepared.facts
    files = [(facts.source_key, prepared.source), (facts.playable_key, prepared.folder / PLAYABLE)]
    for key, file in files:
        await storage.put(key, await asyncio.to_thread(file.read_bytes))
    return facts


async def add_recordings(ctx: Context, sounds: Iterable[tuple[int, Facts]]) -> None:
    """Give messages (by id) their recordings; a message that has one keeps it."""
    rows = [
        {"message_id": message_id, "measured_at": ctx.now, **asdict(facts)} for message_id, facts in sounds
    ]
    if rows:
        await ctx.connection.execute(_ADD, rows)


async def known_facts(ctx: Context, hashes: Iterable[bytes]) -> dict[bytes, Facts]:
    """The facts of those sounds (by SHA-256) that were imported before, with whatever message.

    What a facility sent has files of its own, and a sound that was deleted has none.
    """
    columns = [recordings.c[name] for name in Facts.__dataclass_fields__]
    query = (
        select(*columns)
        .where(
            recordings.c.source_sha256.in_(list(hashes)),
            recordings.c.copy_lufs.is_(None),
            recordings.c.deleted_at.is_(None),
        )
        .distinct()
    )
    found = [Facts(*row) for row in await ctx.connection.execute(query)]
    return {facts.source_sha256: facts for facts in found}
