"""Sending texts, one job each, and finding those that an accident left without one."""

from __future__ import annotations

from datetime import timedelta

import procrastinate
import structlog
from procrastinate import JobContext
from sqlalchemy import or_, select, text

from care_console.service.consent.rules import lock_number_to_text
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.fault_points import passing
from care_console.service.foundation.jobs import services_of
from care_console.service.texting import first, sending
from care_console.service.texting.queueing import defer_sending
from care_console.service.texting.tables import texts
from care_console.service.texting.turns import one_at_a_time, wait_turn

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()

_ORIGIN = "job:texting"
_AGAIN = procrastinate.RetryStrategy(max_attempts=200, wait=2, linear_wait=2)
_SWEPT_AFTER = timedelta(minutes=2)
_HAS_NO_JOB = text(
    "NOT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = 'text:' || texts.id "
    "AND status IN ('todo', 'doing'))"
)


@blueprint.task(name="send", pass_context=True, retry=_AGAIN)
async def send(context: JobContext, text_id: int) -> None:
    """Hand a text over, if it is due and may go. Safe to run twice: a claim is taken once."""
    services = services_of(context)
    async with services.database.begin() as connection:
        phone = await sending.claim(services.context(connection, SYSTEM, _ORIGIN), text_id)
    if phone is None:
        return
    passing("text.claimed")
    await wait_turn(services)
    async with one_at_a_time(phone), services.database.begin() as connection:
        await lock_number_to_text(services.context(connection, SYSTEM, _ORIGIN), phone)
        await sending.hand_over(services.context(connection, SYSTEM, _ORIGIN), text_id, services.sms)
    passing("text.committed")


@blueprint.periodic(cron="* * * * * */30")
@blueprint.task(name="sweep", lock="texting:sweep", queueing_lock="texting:sweep", pass_context=True)
async def sweep(context: JobContext, timestamp: int) -> None:
    """Find texts of ours that wait without a job. What was imported is history, and never goes out."""
    services = services_of(context)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, _ORIGIN)
        found = await connection.execute(
            select(texts.c.id)
            .where(
                texts.c.imported_id.is_(None),
                texts.c.direction == "out",
                or_(texts.c.status == "queued", texts.c.status == "sending"),
                texts.c.send_after < ctx.now - _SWEPT_AFTER,
                _HAS_NO_JOB,
            )
            .limit(500)
        )
        for row in found.all():
            log.info("texting.swept", text_id=row.id, seen=timestamp)
            await defer_sending(ctx, row.id, ctx.now)


@blueprint.periodic(cron="* * * * * */20")
@blueprint.task(
    name="let_withheld_go", lock="texting:withheld", queueing_lock="texting:withheld", pass_context=True
)
async def let_withheld_go(context: JobContext, timestamp: int) -> None:
    """Let texts go that were kept back until an earlier one was answered."""
    services = services_of(context)
    async with services.database.begin() as connection:
        found = await first.withheld_with_room(services.context(connection, SYSTEM, _ORIGIN))
    gone = 0
    for text_id, phone, sender_id in found:
        # Each in a transaction of its own: it takes the number's lock, and counts what has gone before.
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, _ORIGIN)
            gone += await first.let_withheld_go(ctx, text_id, phone, sender_id)
    if gone:
        log.info("texting.let_go", texts=gone, seen=timestamp)
