"""Requests that nobody decided end by themselves, so that none holds a charge's money for ever."""

from __future__ import annotations

import procrastinate
import structlog
from procrastinate import JobContext

from care_console.service.approvals.decisions import expire, overdue
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import services_of

_ORIGIN = "job:approvals:end_overdue"

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="end_overdue", queueing_lock="approvals:end_overdue", pass_context=True)
async def end_overdue(context: JobContext, timestamp: int) -> None:
    """Once a minute, each request in a transaction of its own."""
    services = services_of(context)
    async with services.database.begin() as connection:
        found = await overdue(services.context(connection, SYSTEM, _ORIGIN))
    for approval_id in found:
        async with services.database.begin() as connection:
            if await expire(services.context(connection, SYSTEM, _ORIGIN), approval_id):
                log.info("approvals.expired", approval_id=approval_id, due=timestamp)
