"""Takes a sound in: `prepare` measures it and makes the copy that people hear, `keep` stores both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from care_console.service.foundation.context import Context
from care_console.service.gateways.storage.port import Storage
from care_console.service.recordings.decode import decode
from care_console.service.recordings.measure import levels_of
from care_console.service.recordings.rules import PLAYABLE_MEDIA_TYPE, playable_key, source_key
from care_console.service.recordings.tables import recordings
from care_console.service.recordings.transcode import to_aac


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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sound that was taken: as it came, as it is played, and its facts."""

    source: bytes
    playable: bytes
    facts: Facts


def prepare(source: bytes, name: str) -> Prepared:
    """Measure a sound and make its copy; `name` is its file's. Pure and slow: for a worker's process.

    Raises SoundError for what cannot be taken.
    """
    levels = levels_of(decode(source))
    sha256 = hashlib.sha256(source).digest()
    facts = Facts(
        source_key=source_key(sha256, name),
        source_sha256=sha256,
        playable_key=playable_key(sha256),
        playable_media_type=PLAYABLE_MEDIA_TYPE,
        codec=levels.codec,
        duration_seconds=levels.duration_seconds,
        loudness_lufs=levels.loudness_lufs,
        true_peak_dbfs=levels.true_peak_dbfs,
        silence_share=levels.silence_share,
        clipping_share=levels.clipping_share,
        peaks=levels.peaks,
    )
    return Prepared(source, to_aac(source), facts)


async def keep(storage: Storage, prepared: Prepared) -> Facts:
    """Store both sounds. Before the row that names them: a row never leads to nothing."""
    await storage.put(prepared.facts.source_key, prepared.source)
    await storage.put(prepared.facts.playable_key, prepared.playable)
    return prepared.facts


async def add_recordings(ctx: Context, sounds: Iterable[tuple[int, Facts]]) -> None:
    """Give messages (by id) their recordings; a message that has one keeps it."""
    rows = [
        {"message_id": message_id, "measured_at": ctx.now, **asdict(facts)} for message_id, facts in sounds
    ]
    if rows:
        await ctx.connection.execute(insert(recordings).on_conflict_do_nothing(), rows)


async def known_facts(ctx: Context, hashes: Iterable[bytes]) -> dict[bytes, Facts]:
    """The facts of those sounds (by SHA-256) that were taken in before, with whatever message."""
    columns = [recordings.c[name] for name in Facts.__dataclass_fields__]
    query = select(*columns).where(recordings.c.source_sha256.in_(list(hashes))).distinct()
    found = [Facts(*row) for row in await ctx.connection.execute(query)]
    return {facts.source_sha256: facts for facts in found}
