"""What becomes of a refund once it leaves: each step one transaction, the call to the processor between them.

- `begin` commits "submitted" before the call, so that a crash in it is known to have been in it.
- `tell` writes down what the processor said. Its word counts whatever we thought: even a refund that was
  given up as failed becomes succeeded when the processor holds it. Only its older word never undoes a newer.
- An outcome nobody knows stays unknown until reading decides. Only when several readings, over minutes,
  find no refund of ours although each attempt has come to its end, is it called failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select

from care_console.contract.audit import Action, Outcome
from care_console.contract.charges import PaymentMethod, RefundState
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.fault_points import passing
from care_console.service.gateways.cards.port import ProcessorRefund, ProcessorState
from care_console.service.payments.tables import charges
from care_console.service.prepaid.ledger import give_back
from care_console.service.recipients.tables import recipients
from care_console.service.refunds.disputes import is_disputed
from care_console.service.refunds.limits import held_cents
from care_console.service.refunds.rules import announce_refund, lock_refund, move, start_waiting
from care_console.service.refunds.tables import refunds

log = structlog.get_logger(__name__)

# Processors may forget a key after 24 hours; sent again after that it would be a second refund.
KEY_LIFE = timedelta(hours=23)
_A_MOMENT = timedelta(seconds=0.5)
_DISPUTED = (
    "Meanwhile the cardholder's bank disputes this charge and may give the money back itself. "
    "No money moved by this refund."
)

_STATE = {
    ProcessorState.PENDING: RefundState.PENDING,
    ProcessorState.REQUIRES_ACTION: RefundState.PENDING,
    ProcessorState.SUCCEEDED: RefundState.SUCCEEDED,
    ProcessorState.FAILED: RefundState.FAILED,
    ProcessorState.CANCELED: RefundState.FAILED,
}
_MOVED = {
    RefundState.SUCCEEDED: Action.REFUND_SETTLED,
    RefundState.FAILED: Action.REFUND_FAILED,
    RefundState.PENDING: Action.REFUND_STATE_READ,
}


@dataclass(frozen=True, slots=True)
class Submission:
    """A refund that is to be sent, or was: what the processor is told of it."""

    refund_id: UUID
    processor_ref: str
    amount_cents: int
    currency: str
    reason: str
    submitted_at: datetime
    attempted_at: datetime
    is_first: bool
    processor_id: str | None
    state: RefundState


def may_send_again(submission: Submission, now: datetime) -> bool:
    """Whether the same key may still be sent: nothing is known of it there, and it is young enough."""
    return submission.processor_id is None and now - submission.submitted_at < KEY_LIFE


async def begin(ctx: Context, refund_id: UUID) -> Submission | None:
    """Mark a refund as submitted, or say what was submitted before. None where nothing is to be sent or read.

    A prepaid refund is settled right here, in the ledger: there is nobody else to ask.
    """
    row = await lock_refund(ctx, refund_id)
    state = RefundState(row.state)
    charge = (await ctx.connection.execute(select(charges).where(charges.c.id == row.charge_id))).one()
    if state is RefundState.WAITING:
        if row.sends_at > ctx.now:
            await _wait_on(ctx, refund_id, row.sends_at)
            return None
        if await is_disputed(ctx, row.charge_id):
            await _end(ctx, row, _DISPUTED)
            return None
        if charge.method == PaymentMethod.PREPAID:
            await _give_back_prepaid(ctx, refund_id, row.recipient_id, row.amount_cents)
            return None
        await move(ctx, refund_id, RefundState.SUBMITTED, submitted_at=ctx.now, attempted_at=ctx.now)
        passing("begin.moved")
        await record(ctx, Action.REFUND_SUBMITTED, f"refund:{refund_id}")
        await announce_refund(ctx, refund_id, row.recipient_id)
    elif state in (RefundState.SUBMITTED, RefundState.UNKNOWN, RefundState.PENDING):
        await move(ctx, refund_id, state, read_at=ctx.now)
    else:
        return None
    return Submission(
        refund_id=refund_id,
        processor_ref=charge.processor_ref or "",
        amount_cents=row.amount_cents,
        currency=charge.currency,
        reason=row.reason,
        submitted_at=row.submitted_at or ctx.now,
        attempted_at=row.attempted_at or row.submitted_at or ctx.now,
        is_first=state is RefundState.WAITING,
        processor_id=row.processor_ref,
        state=RefundState.SUBMITTED if state is RefundState.WAITING else state,
    )


async def attempt_again(ctx: Context, refund_id: UUID) -> bool:
    """Note, before it is done, that the same key is sent once more; False where that has become needless."""
    row = await lock_refund(ctx, refund_id)
    if row.state not in (RefundState.SUBMITTED, RefundState.UNKNOWN):
        return False
    await move(ctx, refund_id, RefundState(row.state), attempted_at=ctx.now)
    passing("again.moved")
    return True


async def is_known(ctx: Context, refund_id: UUID) -> bool:
    """Whether a refund that the processor speaks of is one of ours."""
    found = await ctx.connection.execute(select(refunds.c.id).where(refunds.c.id == refund_id))
    return found.first() is not None


async def tell(ctx: Context, refund_id: UUID, said: ProcessorRefund) -> RefundState:
    """Write down where the processor says the refund stands; what state it is in then."""
    row = await lock_refund(ctx, refund_id)
    state = _STATE[said.state]
    if row.processor_ref == said.processor_id and (row.state == state or _is_older(row.state, state)):
        return RefundState(row.state)
    over_cents = await _over_cents(ctx, row, state)
    settled_at = None if state is RefundState.PENDING else ctx.now
    failure = said.failure_reason if state is RefundState.FAILED else None
    await move(ctx, refund_id, state, processor_ref=said.processor_id, settled_at=settled_at, failure=failure)
    passing("tell.moved")
    details: dict[str, Json] = {
        "from": row.state,
        "processor_ref": said.processor_id,
        "said": said.state.value,
    }
    if over_cents > 0:  # another refund took the place that this one had given back
        details["over_charge_cents"] = over_cents
        log.error("refunds.over_charge", refund_id=str(refund_id), over_cents=over_cents)
    if said.amount_cents != row.amount_cents:
        details["said_cents"] = said.amount_cents
        log.error("refunds.other_amount", refund_id=str(refund_id), said_cents=said.amount_cents)
    await record(ctx, _MOVED[state], f"refund:{refund_id}", details=details)
    await announce_refund(ctx, refund_id, row.recipient_id)
    return state


async def tell_unknown(ctx: Context, refund_id: UUID, sentence: str) -> None:
    """The outcome is not known: money may have moved. The hold stays."""
    row = await lock_refund(ctx, refund_id)
    if row.state not in (RefundState.SUBMITTED, RefundState.UNKNOWN):
        return
    if row.state == RefundState.SUBMITTED:
        await move(ctx, refund_id, RefundState.UNKNOWN, failure=sentence)
        passing("unknown.moved")
        await record(ctx, Action.REFUND_STATE_READ, f"refund:{refund_id}", outcome=Outcome.UNKNOWN)
        await announce_refund(ctx, refund_id, row.recipient_id)


async def tell_failed(ctx: Context, refund_id: UUID, sentence: str) -> None:
    """The processor certainly did not refund: the hold is given back, by the state, not by an edit."""
    row = await lock_refund(ctx, refund_id)
    if row.state not in (RefundState.SUBMITTED, RefundState.UNKNOWN):
        return
    await _end(ctx, row, sentence)


async def _end(ctx: Context, row: Any, sentence: str) -> None:
    await move(ctx, row.id, RefundState.FAILED, settled_at=ctx.now, failure=sentence)
    passing("failed.moved")
    await record(ctx, Action.REFUND_FAILED, f"refund:{row.id}", details={"from": row.state})
    await announce_refund(ctx, row.id, row.recipient_id)


async def _wait_on(ctx: Context, refund_id: UUID, sends_at: datetime) -> None:
    """The database's clock found it due, ours does not yet: wait for the rest of it, by the database's."""
    its_now: datetime = (await ctx.connection.execute(select(func.clock_timestamp()))).scalar_one()
    await start_waiting(ctx, refund_id, its_now + max(sends_at - ctx.now, _A_MOMENT))


def _is_older(before: str, said: RefundState) -> bool:
    """Whether a word of the processor's is from before the one we have: from its end nothing goes back.

    An answer that is given again under its key, or one that was long on its way, tells the state of then.
    """
    if before == RefundState.FAILED:
        return True
    return before == RefundState.SUCCEEDED and said is RefundState.PENDING


async def _over_cents(ctx: Context, row: Any, state: RefundState) -> int:
    """By how much the charge's refunds pass it, once one that had given its hold back holds it again."""
    if RefundState(row.state).holds_money or not state.holds_money:
        return 0
    query = select(charges.c.amount_cents).where(charges.c.id == row.charge_id).with_for_update()
    amount_cents: int = (await ctx.connection.execute(query)).scalar_one()
    return await held_cents(ctx, row.charge_id) + int(row.amount_cents) - amount_cents


async def _give_back_prepaid(ctx: Context, refund_id: UUID, recipient_id: int, amount_cents: int) -> None:
    query = select(recipients.c.phone).where(recipients.c.id == recipient_id)
    phone = (await ctx.connection.execute(query)).scalar_one()
    await give_back(ctx, phone, amount_cents, refund_id)
    await move(ctx, refund_id, RefundState.SUCCEEDED, submitted_at=ctx.now, settled_at=ctx.now)
    await record(ctx, Action.REFUND_SETTLED, f"refund:{refund_id}", details={"by": "prepaid ledger"})
    await announce_refund(ctx, refund_id, recipient_id)
