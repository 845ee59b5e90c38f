"""Sweeping up after desks that went without a word."""

from __future__ import annotations

import procrastinate
import structlog
from procrastinate import JobContext

from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import services_of
from care_console.service.presence.rules import forget_presences

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="53 * * * *")
@blueprint.task(name="forget", queueing_lock="presence_forget", pass_context=True)
async def forget(context: JobContext, timestamp: int) -> None:
    """Once an hour: what is old counts for nothing long before that, and only takes room."""
    services = services_of(context)
    async with services.database.begin() as connection:
        forgotten = await forget_presences(services.context(connection, SYSTEM, "job:presence:forget"))
    log.info("presence.forgotten", rows=forgotten, due=timestamp)
