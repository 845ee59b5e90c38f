"""Looking after links whose end comes near, every few minutes. Safe to run twice, on many workers."""

from __future__ import annotations

import procrastinate
import structlog
from procrastinate import JobContext

from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import services_of
from care_console.service.links.expiry import ending_unheard, guard

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()
_ORIGIN = "job:links"


@blueprint.periodic(cron="*/5 * * * *")
@blueprint.task(name="guard_ends", lock="links:guard", queueing_lock="links:guard", pass_context=True)
async def guard_ends(context: JobContext, timestamp: int) -> None:
    """Remind of what was paid for and not heard, or give it more time; each link in its own transaction."""
    services = services_of(context)
    async with services.database.begin() as connection:
        found = await ending_unheard(services.context(connection, SYSTEM, _ORIGIN))
    guarded = 0
    for link_id, phone in found:
        async with services.database.begin() as connection:
            guarded += await guard(services.context(connection, SYSTEM, _ORIGIN), link_id, phone)
    if guarded:
        log.info("links.guarded", links=guarded, due=timestamp)
