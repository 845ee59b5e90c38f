"""What is put away in time: answers that are kept for a key, once nobody can ask for them again."""

from __future__ import annotations

from datetime import timedelta

import procrastinate
import structlog
from procrastinate import JobContext
from sqlalchemy import delete

from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.jobs import services_of
from care_console.service.foundation.tables import idempotency_keys

# An answer holds what somebody did on a story. A desk that was shut down sends what it still has on the next
# working day; a month covers whoever was away. A refund is kept from being made twice by its own id anyway.
KEPT = timedelta(days=30)

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()


async def forget_answers(ctx: Context) -> int:
    """Delete the answers that are older than they are kept; say how many."""
    old = idempotency_keys.c.at < ctx.now - KEPT
    return (await ctx.connection.execute(delete(idempotency_keys).where(old))).rowcount


@blueprint.periodic(cron="23 * * * *")
@blueprint.task(name="forget_answers", queueing_lock="forget_answers", pass_context=True)
async def forget_old_answers(context: JobContext, timestamp: int) -> None:
    """Once an hour."""
    services = services_of(context)
    async with services.database.begin() as connection:
        forgotten = await forget_answers(services.context(connection, SYSTEM, "job:upkeep:forget_answers"))
    log.info("upkeep.forgotten", answers=forgotten, due=timestamp)
