"""How much a person may refund without asking: to one caller in a day, in one shift. The rule is the
contract's; here is what it is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Text, bindparam, cast, func, select

from care_console.contract.charges import ChargeState, PaymentMethod, RefundState
from care_console.contract.hours import EASTERN
from care_console.contract.limits import RefundLimits, RefundTerms
from care_console.contract.recipients import RefundBudget
from care_console.contract.roles import Role
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found
from care_console.service.foundation.statements import Asked, Query
from care_console.service.messages.tables import messages
from care_console.service.payments.tables import charges
from care_console.service.recipients.tables import recipients
from care_console.service.refunds.disputes import is_disputed
from care_console.service.refunds.tables import refunds
from care_console.service.settings import Settings

HOLDING = tuple(state.value for state in RefundState if state.holds_money)


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left until another person is asked, in cents."""

    caller_day_cents: int
    shift_cents: int


def limits_of(settings: Settings, role: Role | None) -> RefundLimits | None:
    """A role's limits; None for one that refunds nothing."""
    of_role = {
        Role.SPECIALIST: (
            settings.refund_specialist_message_percent,
            settings.refund_specialist_caller_day_cents,
            settings.refund_specialist_shift_cents,
        ),
        Role.SUPERVISOR: (
            settings.refund_supervisor_message_percent,
            settings.refund_supervisor_caller_day_cents,
            settings.refund_supervisor_shift_cents,
        ),
    }
    if role not in of_role:
        return None
    message_percent, caller_day_cents, shift_cents = of_role[role]
    return RefundLimits(
        message_percent=message_percent,
        caller_day_cents=caller_day_cents,
        shift_cents=shift_cents,
        charge_age_days=settings.refund_charge_age_days,
    )


def budget(ctx: Context, spent: Any) -> RefundBudget | None:
    """What is left for this caller today and for this person's shift, by the row of what `asked_spent` asks;
    None for who may not refund."""
    limits = limits_of(ctx.settings, ctx.actor.role)
    if limits is None:
        return None
    left = _left(spent, limits)
    return RefundBudget(
        caller_day_left_cents=left.caller_day_cents, shift_left_cents=left.shift_cents, limits=limits
    )


async def read_terms(ctx: Context, charge_id: int, *, lock: bool = False) -> RefundTerms:
    """What decides a refund of this charge by whoever asks.

    `lock`: held until the transaction ends, so that of two refunds at once the second counts the first, on
    this charge, for this caller and in this person's shift.
    """
    limits = limits_of(ctx.settings, ctx.actor.role)
    if limits is None:
        raise ValueError("nobody without a role asks for refunds")  # the endpoints' permission keeps them out
    charge = await _charge(ctx, charge_id, lock=lock)
    if lock:
        await _one_at_a_time(ctx, charge.recipient_id)
    [spent] = await ctx.connection.together(asked_spent(ctx, charge.recipient_id))
    left = _left(spent.one(), limits)
    return RefundTerms(
        charge_id=str(charge_id),
        as_of=ctx.now,
        state=ChargeState(charge.status),
        known_to_processor=charge.method != PaymentMethod.CARD or bool(charge.processor_ref),
        disputed=await is_disputed(ctx, charge_id),
        amount_cents=charge.amount_cents,
        refunded_cents=await held_cents(ctx, charge_id),
        message_price_cents=charge.price_cents,
        charged_at=charge.charged_at,
        limits=limits,
        caller_day_left_cents=left.caller_day_cents,
        shift_left_cents=left.shift_cents,
    )


async def held_cents(ctx: Context, charge_id: int) -> int:
    """How much of a charge is refunded or on its way, in cents."""
    query = select(func.coalesce(func.sum(refunds.c.amount_cents), 0)).where(
        refunds.c.charge_id == charge_id, refunds.c.state.in_(HOLDING)
    )
    return int((await ctx.connection.execute(query)).scalar_one())


async def _charge(ctx: Context, charge_id: int, *, lock: bool) -> Any:
    query = (
        select(charges, messages.c.price_cents)
        .join(messages, messages.c.id == charges.c.message_id)
        .where(charges.c.id == charge_id)
    )
    if lock:
        query = query.with_for_update(of=charges)
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise not_found("charge", charge_id)
    return row


async def _one_at_a_time(ctx: Context, recipient_id: int) -> None:
    """Hold this caller's and this person's sums until the commit: of two refunds at once, on two charges,
    the second counts the first. Always the caller first, so that no two wait for each other."""
    phone = select(cast(recipients.c.phone, Text)).where(recipients.c.id == recipient_id).scalar_subquery()
    for whose in (func.concat("refund-limit:caller:", phone), f"refund-limit:staff:{ctx.actor.name}"):
        await ctx.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(whose, 0))))


def _left(spent: Any, limits: RefundLimits) -> _Left:
    """By the row of what `asked_spent` asks."""
    return _Left(
        max(0, limits.caller_day_cents - spent.of_caller), max(0, limits.shift_cents - spent.of_shift)
    )


def asked_spent(ctx: Context, recipient_id: int) -> Asked:
    """The statement that asks what was refunded already, for a round trip that it shares."""
    # A shift is the longest session's length back from now: signing in again does not begin a new one.
    # What another person approved counts too: a limit is on what goes out, whoever said yes.
    return _SPENT, {
        "recipient": recipient_id,
        "today": datetime.combine(ctx.now.astimezone(EASTERN).date(), time(), EASTERN),
        "requested_by": ctx.actor.name,
        "shift_since": ctx.now - timedelta(hours=ctx.settings.session_hours),
    }


def _sum(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(refunds.c.amount_cents), 0))
        .where(refunds.c.state.in_(HOLDING), refunds.c.imported_id.is_(None), *conditions)
        .scalar_subquery()
    )


_PHONE = (
    select(recipients.c.phone)
    .where(recipients.c.id == bindparam("recipient", required=False))
    .scalar_subquery()
)
_SPENT = Query(
    select(
        _sum(
            refunds.c.recipient_id.in_(select(recipients.c.id).where(recipients.c.phone == _PHONE)),
            refunds.c.requested_at >= bindparam("today", required=False),
        ).label("of_caller"),
        _sum(
            refunds.c.requested_by == bindparam("requested_by", required=False),
            refunds.c.requested_at > bindparam("shift_since", required=False),
        ).label("of_shift"),
    )
)
