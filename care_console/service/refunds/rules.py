"""Asking for a refund, and taking it back: an intent with its hold first, before any call to anybody.

The charge's row is the lock: of two people who refund it at once, the second sees what the first holds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from care_console.contract.approvals import ApprovalKind
from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.charges import Refund, RefundReason, RefundRequest, RefundState
from care_console.contract.decisions import ApprovalStanding
from care_console.contract.limits import DISPUTED, RefundTerms, Ruling, rule_on, ruling_at_all
from care_console.contract.problems import ProblemType
from care_console.evidence.entries import Json
from care_console.service.approvals.rules import ask_approval, withdraw_request
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.fault_points import passing
from care_console.service.foundation.jobs import defer
from care_console.service.foundation.problems import not_found
from care_console.service.payments.tables import charges
from care_console.service.refunds import problems
from care_console.service.refunds.disputes import is_disputed
from care_console.service.refunds.limits import read_terms
from care_console.service.refunds.queries import as_refund
from care_console.service.refunds.tables import refunds


async def ask(ctx: Context, charge_id: int, refund_id: UUID, wanted: RefundRequest) -> Refund:
    """Take a refund: the intent, the hold, the entry and the job, all in this transaction."""
    terms = await read_terms(ctx, charge_id, lock=True)
    ruling = _checked(terms, wanted)
    passing("refund.checked")
    state = RefundState.AWAITING_APPROVAL if ruling.needs_approval else RefundState.WAITING
    row = await _insert(ctx, charge_id, refund_id, wanted, state)
    passing("refund.inserted")
    details: dict[str, Json] = {
        "charge": str(charge_id),
        "amount_cents": wanted.amount_cents,
        "reason": wanted.reason.value,
        "refunded_before_cents": wanted.expected_refunded_cents,
        "state": state.value,
    }
    await record(ctx, Action.REFUND_ASKED, f"refund:{refund_id}", details=details)
    await announce_refund(ctx, refund_id, row.recipient_id)
    if not ruling.needs_approval:
        await start_waiting(ctx, refund_id, row.sends_at)
        passing("refund.queued")
        return as_refund(row)
    approval_id = await ask_approval(
        ctx, ApprovalKind.REFUND, str(refund_id), ruling.sentence, row.recipient_id, wanted.note
    )
    return as_refund(row, ApprovalStanding(id=str(approval_id), why=ruling.sentence))


async def give_back_duplicate(ctx: Context, charge_id: int, amount_cents: int, refund_id: UUID) -> None:
    """The house itself gives a whole charge back: its message was paid already when it came.

    `refund_id` follows from the payment, so that doing this twice is one refund.
    """
    wanted = RefundRequest(
        amount_cents=amount_cents, reason=RefundReason.DUPLICATE, note="", expected_refunded_cents=0
    )
    row = await _insert(ctx, charge_id, refund_id, wanted, RefundState.WAITING)
    details: dict[str, Json] = {"charge": str(charge_id), "amount_cents": amount_cents, "reason": "duplicate"}
    await record(ctx, Action.REFUND_ASKED, f"refund:{refund_id}", details=details)
    await announce_refund(ctx, refund_id, row.recipient_id)
    await start_waiting(ctx, refund_id, row.sends_at)


async def withdraw(ctx: Context, refund_id: UUID) -> Refund:
    """Take a refund back while it waits, for its seconds or for an approval; again, the same answer."""
    # The approval before the refund, as whoever decides takes them.
    await withdraw_request(ctx, ApprovalKind.REFUND, str(refund_id))
    row = await lock_refund(ctx, refund_id)
    state = RefundState(row.state)
    if state is RefundState.WITHDRAWN:
        return as_refund(row)
    if state not in (RefundState.WAITING, RefundState.AWAITING_APPROVAL):
        raise problems.too_late(state.value)
    changed = await move(ctx, refund_id, RefundState.WITHDRAWN, settled_at=ctx.now)
    passing("withdraw.moved")
    await record(ctx, Action.REFUND_WITHDRAWN, f"refund:{refund_id}", details={"from": state.value})
    await announce_refund(ctx, refund_id, row.recipient_id)
    return changed


async def approve(ctx: Context, refund_id: UUID) -> None:
    """Somebody else approved it: its seconds begin now."""
    row = await _lock_awaiting(ctx, refund_id)
    if await is_disputed(ctx, row.charge_id):
        raise problems.overtaken(DISPUTED)
    sends_at = ctx.now + timedelta(seconds=ctx.settings.refund_wait_seconds)
    await move(ctx, refund_id, RefundState.WAITING, sends_at=sends_at)
    await start_waiting(ctx, refund_id, sends_at)
    await record(ctx, Action.REFUND_APPROVED, f"refund:{refund_id}")
    await announce_refund(ctx, refund_id, row.recipient_id)


async def decline(ctx: Context, refund_id: UUID) -> None:
    """Somebody else declined it: the hold is given back."""
    row = await _lock_awaiting(ctx, refund_id)
    await move(ctx, refund_id, RefundState.DECLINED, settled_at=ctx.now)
    await record(ctx, Action.REFUND_DECLINED, f"refund:{refund_id}")
    await announce_refund(ctx, refund_id, row.recipient_id)


async def expire(ctx: Context, refund_id: UUID, sentence: str) -> None:
    """Nobody decided in time: the hold is given back. `sentence` is kept with it."""
    row = await lock_refund(ctx, refund_id)
    if row.state != RefundState.AWAITING_APPROVAL:
        return
    await move(ctx, refund_id, RefundState.WITHDRAWN, settled_at=ctx.now, failure=sentence)
    details: dict[str, Json] = {"from": row.state, "why": sentence}
    await record(ctx, Action.REFUND_WITHDRAWN, f"refund:{refund_id}", details=details)
    await announce_refund(ctx, refund_id, row.recipient_id)


async def start_waiting(ctx: Context, refund_id: UUID, sends_at: datetime) -> None:
    """Queue the sending for when the seconds are over."""
    await defer(ctx, "refunds:send", at=sends_at, lock=f"refund:{refund_id}", refund_id=str(refund_id))


async def announce_refund(ctx: Context, refund_id: UUID, recipient_id: int) -> None:
    """Tell the desks that a refund moved."""
    await announce(ctx, ChangeKind.REFUND, refund_id, recipient_id=recipient_id)


async def lock_refund(ctx: Context, refund_id: UUID) -> Any:
    """The refund's row, held until the transaction ends."""
    query = select(refunds).where(refunds.c.id == refund_id).with_for_update()
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise not_found("refund", refund_id)
    return row


async def move(ctx: Context, refund_id: UUID, state: RefundState, **values: Any) -> Refund:
    """Set a refund's state and what goes with it. The caller holds its lock."""
    moved = await ctx.connection.execute(
        update(refunds)
        .where(refunds.c.id == refund_id)
        .values(state=state.value, **values)
        .returning(*refunds.c)
    )
    return as_refund(moved.one())


async def _lock_awaiting(ctx: Context, refund_id: UUID) -> Any:
    row = await lock_refund(ctx, refund_id)
    if row.state != RefundState.AWAITING_APPROVAL:
        raise problems.overtaken(f"Meanwhile this refund is {row.state.replace('_', ' ')}.")
    return row


def _checked(terms: RefundTerms, wanted: RefundRequest) -> Ruling:
    """How it stands; raises where it cannot go, or where the desk saw another charge than there is now."""
    nothing = ruling_at_all(terms)
    # What changed meanwhile is told first: the desk saw a charge of which something was left.
    is_open = nothing is None or nothing.problem is ProblemType.OVER_REFUND
    if is_open and terms.refunded_cents != wanted.expected_refunded_cents:
        raise problems.charge_changed(terms.refunded_cents)
    ruling = rule_on(terms, wanted.amount_cents)
    if ruling.is_refused:
        raise problems.refused(ruling, terms.left_cents)
    return ruling


async def _insert(
    ctx: Context, charge_id: int, refund_id: UUID, wanted: RefundRequest, state: RefundState
) -> Any:
    taken = await ctx.connection.execute(select(refunds.c.id).where(refunds.c.id == refund_id))
    if taken.first() is not None:
        raise problems.id_taken()
    waits = timedelta(seconds=ctx.settings.refund_wait_seconds)
    recipient_id = select(charges.c.recipient_id).where(charges.c.id == charge_id).scalar_subquery()
    inserted = await ctx.connection.execute(
        insert(refunds)
        .values(
            id=refund_id,
            charge_id=charge_id,
            recipient_id=recipient_id,
            amount_cents=wanted.amount_cents,
            reason=wanted.reason.value,
            note=wanted.note,
            state=state.value,
            requested_by=ctx.actor.name,
            requested_at=ctx.now,
            sends_at=ctx.now + waits if state is RefundState.WAITING else None,
        )
        .returning(*refunds.c)
    )
    return inserted.one()
