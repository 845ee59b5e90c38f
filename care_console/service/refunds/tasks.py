"""Sending refunds to the processor, and reading from it what became of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import procrastinate
import structlog
from procrastinate import JobContext
from sqlalchemy import func, or_, select, text

from care_console.contract.charges import RefundState
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.fault_points import passing
from care_console.service.foundation.jobs import defer, services_of
from care_console.service.foundation.services import Services
from care_console.service.gateways.cards.port import NotSent, OutcomeUnknown, ProcessorRefund, Refused
from care_console.service.refunds import settling
from care_console.service.refunds.disputes import keep_dispute
from care_console.service.refunds.rules import start_waiting
from care_console.service.refunds.settling import Submission, may_send_again
from care_console.service.refunds.tables import refunds

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()

_ORIGIN = "job:refunds"
# A processor that is away for days must lose nothing: done again for a week, less and less often.
_AGAIN = procrastinate.RetryStrategy(max_attempts=500, wait=2, linear_wait=5)
_SWEPT_AFTER = timedelta(minutes=2)
_PENDING_READ_EVERY = timedelta(hours=1)
_LONGEST_WAIT_SECONDS = 60
# One chain of jobs a refund: a second would double each request to a processor that is in trouble already.
_HAS_NO_JOB = text(
    "NOT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = 'refund:' || refunds.id "
    "AND status IN ('todo', 'doing'))"
)
_NO_SUCH_PAYMENT = "resource_missing"
_GONE = (
    "The card processor did not confirm this refund, and holds none of its kind after several readings. "
    "No money moved; it can be asked for again."
)


@blueprint.task(name="send", pass_context=True, retry=_AGAIN)
async def send(context: JobContext, refund_id: str) -> None:
    """Send a refund whose seconds are over. Done again after a crash, it reads first."""
    services = services_of(context)
    passing("send.taken")
    submission = await _begin(services, UUID(refund_id))
    passing("send.begun")
    if submission is None:
        return
    if submission.is_first:
        await _send(services, submission, readings=0)
    else:
        await _read(services, submission, readings=0)


@blueprint.task(name="reconcile", pass_context=True, retry=_AGAIN)
async def reconcile(context: JobContext, refund_id: str, readings: int = 0, troubles: int = 0) -> None:
    """Read from the processor what became of a refund; nothing there and young: send the same key again."""
    services = services_of(context)
    passing("read.taken")
    submission = await _begin(services, UUID(refund_id))
    if submission is not None:
        await _read(services, submission, readings, troubles)


@blueprint.task(name="read_told", pass_context=True, retry=_AGAIN)
async def read_told(context: JobContext, refund_id: str, processor_id: str) -> None:
    """A webhook spoke of a refund: read it anew, since webhooks come late and out of order."""
    services = services_of(context)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, _ORIGIN)
        if not await settling.is_known(ctx, UUID(refund_id)):
            log.warning("refunds.not_ours", refund_id=refund_id, processor_id=processor_id)
            return
    passing("told.known")
    said = await services.cards.read_refund(processor_id)
    passing("told.read")
    if said.refund_id == UUID(refund_id):
        await _tell(services, UUID(refund_id), said)


@blueprint.task(name="read_dispute", pass_context=True, retry=_AGAIN)
async def read_dispute(context: JobContext, processor_id: str) -> None:
    """A webhook spoke of a dispute: read it anew, and keep where it stands."""
    services = services_of(context)
    found = await services.cards.read_dispute(processor_id)
    async with services.database.begin() as connection:
        if not await keep_dispute(services.context(connection, SYSTEM, _ORIGIN), found):
            log.warning("refunds.dispute_not_ours", processor_id=processor_id)


@blueprint.periodic(cron="* * * * * */30")
@blueprint.task(name="sweep", lock="refunds:sweep", queueing_lock="refunds:sweep", pass_context=True)
async def sweep(context: JobContext, timestamp: int) -> None:
    """Find refunds that were left in the middle without a job, by whatever accident, and read them."""
    services = services_of(context)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, _ORIGIN)
        stuck = refunds.c.state.in_((RefundState.SUBMITTED.value, RefundState.UNKNOWN.value))
        quiet = refunds.c.state == RefundState.PENDING.value
        left = refunds.c.state == RefundState.WAITING.value
        last_heard = func.coalesce(refunds.c.read_at, refunds.c.submitted_at)
        found = await connection.execute(
            select(refunds.c.id, refunds.c.state)
            .where(
                refunds.c.imported_id.is_(None),
                or_(
                    stuck & (refunds.c.submitted_at < ctx.now - _SWEPT_AFTER),
                    quiet & (last_heard < ctx.now - _PENDING_READ_EVERY),
                    left & (refunds.c.sends_at < ctx.now - _SWEPT_AFTER),
                ),
                _HAS_NO_JOB,
            )
            .limit(500)
        )
        for row in found:
            log.info("refunds.swept", refund_id=str(row.id), seen=timestamp)
            if row.state == RefundState.WAITING:
                await start_waiting(ctx, row.id, ctx.now)
            else:
                await _defer_reading(ctx, row.id, readings=0, seconds=0)


async def _begin(services: Services, refund_id: UUID) -> Submission | None:
    async with services.database.begin() as connection:
        return await settling.begin(services.context(connection, SYSTEM, _ORIGIN), refund_id)


async def _send(services: Services, submission: Submission, readings: int, troubles: int = 0) -> None:
    refund_id = submission.refund_id
    try:
        said = await services.cards.refund(
            refund_id=refund_id,
            processor_ref=submission.processor_ref,
            amount_cents=submission.amount_cents,
            currency=submission.currency,
            reason=submission.reason,
        )
    except Refused as refused:
        if submission.is_first:
            await _tell_failed(services, refund_id, refused.sentence)
        else:  # an earlier attempt may be what fills the charge: reading decides
            await _tell_unknown(services, refund_id, refused.sentence, readings + 1)
    except OutcomeUnknown as unknown:
        await _tell_unknown(services, refund_id, unknown.sentence, readings + 1)
    except NotSent as not_sent:
        log.warning("refunds.not_sent", refund_id=str(refund_id), why=not_sent.sentence)
        await _read_later(services, refund_id, readings, troubles + 1)
    else:
        passing("send.answered")
        await _tell(services, refund_id, said)


async def _read(services: Services, submission: Submission, readings: int, troubles: int = 0) -> None:
    refund_id = submission.refund_id
    try:
        said = await _found(services, submission)
    except (Refused, OutcomeUnknown, NotSent) as trouble:
        log.warning("refunds.not_read", refund_id=str(refund_id), why=trouble.sentence)
        await _read_later(services, refund_id, readings, troubles + 1)
        return
    passing("read.found")
    enough = readings >= services.settings.refund_certain_readings
    if said is not None:
        await _tell(services, refund_id, said)  # pending: a webhook or the hourly reading will tell
    elif enough and _is_gone(services, submission):
        await _tell_failed(services, refund_id, _GONE)
    elif not enough and may_send_again(submission, services.clock.now()):
        await _attempt_again(services, submission, readings, troubles)
    else:
        await _read_later(services, refund_id, readings + 1)


async def _found(services: Services, submission: Submission) -> ProcessorRefund | None:
    if submission.processor_id:
        return await services.cards.read_refund(submission.processor_id)
    try:
        return await services.cards.find_refund(
            refund_id=submission.refund_id, processor_ref=submission.processor_ref
        )
    except Refused as refused:
        if refused.code != _NO_SUCH_PAYMENT:
            raise
        return None  # of a payment that is not there, there is no refund either


def _is_gone(services: Services, submission: Submission) -> bool:
    """Whether the last attempt is so long ago that it can no longer be on its way."""
    age = services.clock.now() - submission.attempted_at
    return age > timedelta(seconds=services.settings.refund_certain_seconds)


async def _attempt_again(services: Services, submission: Submission, readings: int, troubles: int) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, _ORIGIN)
        if not await settling.attempt_again(ctx, submission.refund_id):
            return
    passing("again.committed")
    await _send(services, submission, readings, troubles)


async def _tell(services: Services, refund_id: UUID, said: ProcessorRefund) -> RefundState:
    async with services.database.begin() as connection:
        state = await settling.tell(services.context(connection, SYSTEM, _ORIGIN), refund_id, said)
    passing("tell.committed")
    return state


async def _tell_failed(services: Services, refund_id: UUID, sentence: str) -> None:
    async with services.database.begin() as connection:
        await settling.tell_failed(services.context(connection, SYSTEM, _ORIGIN), refund_id, sentence)
    passing("failed.committed")


async def _tell_unknown(services: Services, refund_id: UUID, sentence: str, readings: int) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, _ORIGIN)
        await settling.tell_unknown(ctx, refund_id, sentence)
        await _defer_reading(ctx, refund_id, readings, _wait_seconds(services, readings))
    passing("unknown.committed")


async def _read_later(services: Services, refund_id: UUID, readings: int, troubles: int = 0) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, _ORIGIN)
        await _defer_reading(ctx, refund_id, readings, _wait_seconds(services, readings + troubles), troubles)
    passing("later.committed")


def _wait_seconds(services: Services, tries: int) -> float:
    wait: float = services.settings.refund_reading_seconds * 2.0 ** min(tries, 6)
    return min(wait, _LONGEST_WAIT_SECONDS)


async def _defer_reading(
    ctx: Context, refund_id: UUID, readings: int, seconds: float, troubles: int = 0
) -> None:
    await defer(
        ctx,
        "refunds:reconcile",
        at=ctx.now + timedelta(seconds=seconds),
        lock=f"refund:{refund_id}",
        refund_id=str(refund_id),
        readings=readings,
        troubles=troubles,
    )
