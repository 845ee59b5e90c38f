"""How much a person may refund without asking: to one caller in a day, in one shift."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Text, bindparam, cast, func, select

from care_console.contract.charges import RefundState
from care_console.contract.hours import EASTERN
from care_console.contract.money import dollars
from care_console.contract.recipients import RefundBudget
from care_console.contract.roles import REFUND_LIMITS
from care_console.service.foundation.context import Context
from care_console.service.foundation.quick import Asked, Query, together
from care_console.service.recipients.tables import recipients
from care_console.service.refunds.tables import refunds

HOLDING = tuple(state.value for state in RefundState if state.holds_money)


def budget(ctx: Context, spent: Any) -> RefundBudget | None:
    """What is left for this caller today and for this person's shift, by the row of what `asked_spent` asks;
    None for who may not refund."""
    limits = REFUND_LIMITS.get(ctx.actor.role) if ctx.actor.role else None
    if limits is None:
        return None
    return RefundBudget(
        caller_day_left_cents=max(0, limits.caller_day_cents - spent.of_caller),
        shift_left_cents=max(0, limits.shift_cents - spent.of_shift),
    )


async def why_approval(
    ctx: Context, recipient_id: int, charged_at: datetime, amount_cents: int
) -> str | None:
    """Why another person must approve this refund; None where nobody needs to."""
    limits = REFUND_LIMITS.get(ctx.actor.role) if ctx.actor.role else None
    if limits is None:
        return "This role has no limit of its own."
    if ctx.now - charged_at > timedelta(days=limits.charge_age_days):
        return f"The charge is more than {limits.charge_age_days} days old."
    await _one_at_a_time(ctx, recipient_id)
    [found] = await together(ctx.connection, asked_spent(ctx, recipient_id))
    spent = found.one()
    if spent.of_caller + amount_cents > limits.caller_day_cents:
        return f"This caller would get more than {dollars(limits.caller_day_cents)} today."
    if spent.of_shift + amount_cents > limits.shift_cents:
        return f"This shift's refunds would pass {dollars(limits.shift_cents)}."
    return None


async def _one_at_a_time(ctx: Context, recipient_id: int) -> None:
    """Hold this caller's and this person's sums until the commit: of two refunds at once, on two charges,
    the second counts the first. Always the caller first, so that no two wait for each other."""
    phone = select(cast(recipients.c.phone, Text)).where(recipients.c.id == recipient_id).scalar_subquery()
    for whose in (func.concat("refund-limit:caller:", phone), f"refund-limit:staff:{ctx.actor.name}"):
        await ctx.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(whose, 0))))


def asked_spent(ctx: Context, recipient_id: int) -> Asked:
    """The statement that asks what was refunded already, for a round trip that it shares."""
    # A shift is the longest session's length back from now: signing in again does not begin a new one.
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
