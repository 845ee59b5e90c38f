"""More copies of a sound, and deleting what nobody needs any more. Safe to run twice, on any worker."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

import procrastinate
import structlog
from procrastinate import JobContext

from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import services_of
from care_console.service.recordings import more_copies
from care_console.service.recordings.intake import SPOOL
from care_console.service.recordings.keeping import ORPHAN_AFTER, clear_orphan, delete_sound, too_old

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()
_ORIGIN = "job:recordings"
# So long at a time: a worker that is told to stop waits for this.
_COPYING_SECONDS = 4.0


@blueprint.periodic(cron="* * * * * */5")
@blueprint.task(
    name="make_waiting_copies", lock="recordings:copies", queueing_lock="recordings:copies", pass_context=True
)
async def make_waiting_copies(context: JobContext, timestamp: int) -> None:
    """Make the MP3 and the louder copy of what facilities sent."""
    made = await more_copies.make_waiting_copies(services_of(context), _COPYING_SECONDS)
    if made:
        log.info("recordings.copied", recordings=made, due=timestamp)


@blueprint.periodic(cron="17 * * * *")
@blueprint.task(
    name="delete_old", lock="recordings:delete_old", queueing_lock="recordings:delete_old", pass_context=True
)
async def delete_old(context: JobContext, timestamp: int) -> None:
    """Delete the sound of messages whose grace is over, each in its own transaction."""
    services = services_of(context)
    deleted = 0
    while True:
        async with services.database.begin() as connection:
            found = await too_old(services.context(connection, SYSTEM, _ORIGIN))
        gone = 0
        for message_id in found:
            async with services.database.begin() as connection:
                ctx = services.context(connection, SYSTEM, _ORIGIN)
                gone += await delete_sound(ctx, services.storage, message_id)
        deleted += gone
        if not gone:  # no more; or all that were found are held by now
            break
    if deleted:
        log.info("recordings.deleted", messages=deleted, due=timestamp)


@blueprint.periodic(cron="*/10 * * * *")
@blueprint.task(
    name="clear_orphans", lock="recordings:orphans", queueing_lock="recordings:orphans", pass_context=True
)
async def clear_orphans(context: JobContext, timestamp: int) -> None:
    """Delete sound that was stored for a message that never came to be, and what a killed process left."""
    services = services_of(context)
    cleared = 0
    while True:
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, _ORIGIN)
            if await clear_orphan(ctx, services.storage) is None:
                break
        cleared += 1
    left = await asyncio.to_thread(_clear_spool, services.settings.data_dir / SPOOL)
    if cleared or left:
        log.info("recordings.cleared", orphans=cleared, folders=left, due=timestamp)


def _clear_spool(place: Path) -> int:
    """Remove the folders of sounds that are being prepared by nobody any more."""
    old = time.time() - ORPHAN_AFTER.total_seconds()
    folders = [one for one in place.glob("care-sound-*") if one.stat().st_mtime < old]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return len(folders)
