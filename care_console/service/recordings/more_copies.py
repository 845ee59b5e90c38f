"""The MP3 and the louder copy of what a facility sent: made behind the message, as the machine has time.

No message has a job of its own for them: in a peak hour tens of thousands would wait, and each look for a
text or a refund to send would pass by all of them.

The files go first, then the row names them: killed between, the same is done again under the same keys. Where
the sound cannot be read again, the row says so, and nobody waits any more.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import structlog
from sqlalchemy import bindparam, select, update

from care_console.contract.changes import ChangeKind
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.niceness import is_short_of_time
from care_console.service.foundation.services import Services
from care_console.service.gateways.storage.port import NotStored
from care_console.service.messages.tables import messages
from care_console.service.recordings.formats import SoundError
from care_console.service.recordings.intake import spool_folder
from care_console.service.recordings.preparing import LOUDER, MP3, Job
from care_console.service.recordings.rules import keys_beside
from care_console.service.recordings.tables import WAITS_FOR_COPIES, recordings

log = structlog.get_logger(__name__)
_ORIGIN = "job:recordings"
_AT_ONCE = 8
_WAITING = (
    select(recordings.c.message_id)
    .where(WAITS_FOR_COPIES, recordings.c.message_id > bindparam("after"))
    .order_by(recordings.c.message_id)
    .limit(_AT_ONCE)
)


async def make_waiting_copies(services: Services, seconds: float) -> int:
    """Make those that wait, the oldest first, for about so long; how many recordings got theirs.

    One that fails is left for the next time, and the others go on, unless all that are tried at once fail.
    While the machine is short of time it is one: those that give way still took a tenth of two processors
    while recorders waited, from the moments in which what goes before them waits, for a disk or for a turn.
    """
    until, after, made = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:
        is_short = is_short_of_time(services.sounds_behind.workers)
        async with services.database.begin() as connection:
            found = await connection.execute(_WAITING, {"after": after})
            waiting = list(found.scalars())[: 1 if is_short else None]
        if not waiting:
            break
        after = waiting[-1]
        tries = (make_more_copies(services, message_id) for message_id in waiting)
        failed = [one for one in await asyncio.gather(*tries, return_exceptions=True) if one is not None]
        made += len(waiting) - len(failed)
        for error in failed:
            log.error("recordings.copies_failed", exc_info=error)
        if is_short or len(failed) == len(waiting):
            break
    return made


async def make_more_copies(services: Services, message_id: int) -> None:
    """Make and keep them. Safe to run twice. Raises Busy, and whatever the storage raises."""
    async with services.database.begin() as connection:
        source_key = await _source_of(services.context(connection, SYSTEM, _ORIGIN), message_id)
    if source_key is None:
        return
    with spool_folder(services.settings.data_dir) as folder:
        try:
            made = await _prepared(services, source_key, folder)
        except (NotStored, SoundError) as error:
            log.warning("recordings.no_more_copies", message=message_id, why=str(error))
            made = []
        keys = keys_beside(source_key)
        named = {name: key for name, key in ((MP3, keys.mp3), (LOUDER, keys.louder)) if key and name in made}
        for name, key in named.items():
            await services.storage.put(key, await asyncio.to_thread((folder / name).read_bytes))
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, _ORIGIN)
        is_kept = await _name(ctx, message_id, named.get(MP3), named.get(LOUDER))
    if not is_kept:
        for key in named.values():
            await services.storage.delete(key)


async def _source_of(ctx: Context, message_id: int) -> str | None:
    """Where its sound is; None where there is none any more, or its copies are there."""
    found = await ctx.connection.execute(
        select(recordings.c.source_key).where(recordings.c.message_id == message_id, WAITS_FOR_COPIES)
    )
    key: str | None = found.scalar_one_or_none()
    return key


async def _prepared(services: Services, source_key: str, folder: Path) -> list[str]:
    source = folder / "source"
    await asyncio.to_thread(source.write_bytes, await services.storage.get(source_key))
    made: list[str] = (await services.sounds_behind.prepare(Job.MORE_COPIES, source, folder))["made"]
    return made


async def _name(ctx: Context, message_id: int, mp3_key: str | None, louder_key: str | None) -> bool:
    """Let the row name them, and say that a missing one cannot be made, unless the sound was deleted: whoever
    deletes it holds the same message."""
    given_up_at = ctx.now if mp3_key is None or louder_key is None else None
    query = select(messages.c.recipient_id).where(messages.c.id == message_id).with_for_update()
    recipient_id = (await ctx.connection.execute(query)).scalar_one()
    named = await ctx.connection.execute(
        update(recordings)
        .where(recordings.c.message_id == message_id, recordings.c.deleted_at.is_(None))
        .values(mp3_key=mp3_key, louder_key=louder_key, copies_given_up_at=given_up_at)
    )
    await announce(ctx, ChangeKind.MESSAGE, message_id, recipient_id=recipient_id)
    return bool(named.rowcount)
