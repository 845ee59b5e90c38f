"""Asking for a refund, and taking it back: an intent with its hold first, before any call to anybody.

The charge's row is the lock: of two people who refund it at once, the second sees what the first holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, insert, select, update

from care_console.contract.approvals import ApprovalKind
from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.charges import ChargeState, PaymentMethod, Refund, RefundRequest, RefundState
from care_console.evidence.entries import Json
from care_console.service.approvals.rules import ask_approval, withdraw_request
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.jobs import defer
from care_console.service.foundation.problems import not_found
from care_console.service.payments.tables import charges, disputes
from care_console.service.refunds import problems
from care_console.service.refunds.limits import why_approval
from care_console.service.refunds.queries import as_refund, held_cents
from care_console.service.refunds.tables import refunds

# A dispute that the house won or that was withdrawn leaves the charge as it was.
_CLOSED_DISPUTES = ("won", "warning_closed")


@dataclass(frozen=True, slots=True)
class _Charge:
    id: int
    recipient_id: int
    amount_cents: int
    charged_at: datetime
    status: str
    method: str
    processor_ref: str | None


async def ask(ctx: Context, charge_id: int, refund_id: UUID, wanted: RefundRequest) -> Refund:
    """Take a refund: the intent, the hold, the entry and the job, all in this transaction."""
    charge = await _lock_charge(ctx, charge_id)
    await _check(ctx, charge, wanted)
    why = await why_approval(ctx, charge.recipient_id, charge.charged_at, wanted.amount_cents)
    state = RefundState.AWAITING_APPROVAL if why else RefundState.WAITING
    refund = await _insert(ctx, charge, refund_id, wanted, state)
    details: dict[str, Json] = {
        "charge": str(charge.id),
        "amount_cents": wanted.amount_cents,
        "reason": wanted.reason.value,
        "refunded_before_cents": wanted.expected_refunded_cents,
        "state": state.value,
    }
    await record(ctx, Action.REFUND_ASKED, f"refund:{refund_id}", details=details)
    if why:
        await ask_approval(ctx, ApprovalKind.REFUND, str(refund_id), why, charge.recipient_id)
    else:
        await start_waiting(ctx, refund_id, refund.sends_at or ctx.now)
    await announce_refund(ctx, refund_id, charge.recipient_id)
    return refund


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
    await record(ctx, Action.REFUND_WITHDRAWN, f"refund:{refund_id}", details={"from": state.value})
    await announce_refund(ctx, refund_id, row.recipient_id)
    return changed


async def approve(ctx: Context, refund_id: UUID) -> Refund:
    """Somebody else approved it: its seconds begin now."""
    row = await lock_refund(ctx, refund_id)
    if row.state != RefundState.AWAITING_APPROVAL:
        raise problems.too_late(row.state)
    if await is_disputed(ctx, row.charge_id):
        raise problems.disputed()
    sends_at = ctx.now + timedelta(seconds=ctx.settings.refund_wait_seconds)
    changed = await move(ctx, refund_id, RefundState.WAITING, sends_at=sends_at)
    await start_waiting(ctx, refund_id, sends_at)
    await announce_refund(ctx, refund_id, row.recipient_id)
    return changed


async def decline(ctx: Context, refund_id: UUID) -> Refund:
    """Somebody else declined it: the hold is given back."""
    row = await lock_refund(ctx, refund_id)
    if row.state != RefundState.AWAITING_APPROVAL:
        raise problems.too_late(row.state)
    changed = await move(ctx, refund_id, RefundState.DECLINED, settled_at=ctx.now)
    await announce_refund(ctx, refund_id, row.recipient_id)
    return changed


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


async def is_disputed(ctx: Context, charge_id: int) -> bool:
    """Whether the cardholder's bank has the matter now."""
    open_dispute = exists().where(
        disputes.c.charge_id == charge_id, disputes.c.status.not_in(_CLOSED_DISPUTES)
    )
    return bool((await ctx.connection.execute(select(open_dispute))).scalar_one())


async def _lock_charge(ctx: Context, charge_id: int) -> _Charge:
    columns = [charges.c[name] for name in _Charge.__slots__]
    query = select(*columns).where(charges.c.id == charge_id).with_for_update()
    row = (await ctx.connection.execute(query)).mappings().first()
    if row is None:
        raise not_found("charge", charge_id)
    return _Charge(**row)


async def _check(ctx: Context, charge: _Charge, wanted: RefundRequest) -> None:
    if charge.status != ChargeState.SUCCEEDED:
        raise problems.not_refundable()
    if charge.method == PaymentMethod.CARD and not charge.processor_ref:
        raise problems.unknown_to_processor()
    if await is_disputed(ctx, charge.id):
        raise problems.disputed()
    held = await held_cents(ctx, charge.id)
    if held != wanted.expected_refunded_cents:
        raise problems.charge_changed(held)
    if held + wanted.amount_cents > charge.amount_cents:
        raise problems.over_refund(charge.amount_cents - held)


async def _insert(
    ctx: Context, charge: _Charge, refund_id: UUID, wanted: RefundRequest, state: RefundState
) -> Refund:
    taken = await ctx.connection.execute(select(refunds.c.id).where(refunds.c.id == refund_id))
    if taken.first() is not None:
        raise problems.id_taken()
    waits = timedelta(seconds=ctx.settings.refund_wait_seconds)
    inserted = await ctx.connection.execute(
        insert(refunds)
        .values(
            id=refund_id,
            charge_id=charge.id,
            recipient_id=charge.recipient_id,
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
    return as_refund(inserted.one())
