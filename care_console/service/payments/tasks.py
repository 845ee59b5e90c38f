"""Reading payment pages at the processor: when a webhook speaks of one, and when none came."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import procrastinate
import structlog
from procrastinate import JobContext
from sqlalchemy import and_, func, or_, select, text

from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import defer, services_of
from care_console.service.payments.pages import NEVER_OPENED_AFTER
from care_console.service.payments.paying import read_by_id
from care_console.service.payments.tables import checkouts

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()

# A processor that is away for days must lose no payment: read again for a week, less and less often.
_AGAIN = procrastinate.RetryStrategy(max_attempts=500, wait=2, linear_wait=5)
_FIRST_AFTER = timedelta(minutes=2)
_THEN_EVERY = timedelta(minutes=10)
_HAS_NO_JOB = text(
    "NOT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = 'checkout:' || checkouts.id "
    "AND status IN ('todo', 'doing'))"
)


@blueprint.task(name="read_checkout", pass_context=True, retry=_AGAIN)
async def read_checkout(context: JobContext, checkout_id: str) -> None:
    """Read one page anew: webhooks come late, twice and out of order, so none is believed."""
    await read_by_id(services_of(context), UUID(checkout_id))


@blueprint.periodic(cron="* * * * * */30")
@blueprint.task(name="sweep", lock="payments:sweep", queueing_lock="payments:sweep", pass_context=True)
async def sweep(context: JobContext, timestamp: int) -> None:
    """Find open pages of which no webhook came, and read them: a payment is never waited for in vain."""
    services = services_of(context)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "job:payments")
        last = func.coalesce(checkouts.c.read_at, checkouts.c.opened_at)
        found = await connection.execute(
            select(checkouts.c.id)
            .where(
                or_(
                    and_(
                        checkouts.c.state == "open",
                        or_(
                            and_(checkouts.c.read_at.is_(None), last < ctx.now - _FIRST_AFTER),
                            last < ctx.now - _THEN_EVERY,
                            and_(checkouts.c.ends_at < ctx.now, last < checkouts.c.ends_at),
                        ),
                    ),
                    and_(
                        checkouts.c.state == "opening", checkouts.c.opened_at < ctx.now - NEVER_OPENED_AFTER
                    ),
                ),
                _HAS_NO_JOB,
            )
            .limit(500)
        )
        for row in found:
            log.info("payments.swept", checkout_id=str(row.id), seen=timestamp)
            lock = f"checkout:{row.id}"
            await defer(ctx, "payments:read_checkout", lock=lock, checkout_id=str(row.id))
