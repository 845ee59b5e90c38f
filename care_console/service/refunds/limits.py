"""How much a person may refund without asking: to one caller in a day, in one shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Text, cast, func, select

from care_console.contract.charges import RefundState
from care_console.contract.hours import EASTERN
from care_console.contract.money import dollars
from care_console.contract.recipients import RefundBudget
from care_console.contract.roles import REFUND_LIMITS
from care_console.service.foundation.context import Context
from care_console.service.recipients.tables import recipients
from care_console.service.refunds.tables import refunds

HOLDING = tuple(state.value for state in RefundState if state.holds_money)


@dataclass(frozen=True, slots=True)
class _Spent:
    caller_day_cents: int
    shift_cents: int


async def budget(ctx: Context, recipient_id: int) -> RefundBudget | None:
    """What is left for this caller today and for this person's shift; None for who may not refund."""
    limits = REFUND_LIMITS.get(ctx.actor.role) if ctx.actor.role else None
    if limits is None:
        return None
    spent = await _spent(ctx, recipient_id)
    return RefundBudget(
        caller_day_left_cents=max(0, limits.caller_day_cents - spent.caller_day_cents),
        shift_left_cents=max(0, limits.shift_cents - spent.shift_cents),
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
    spent = await _spent(ctx, recipient_id)
    if spent.caller_day_cents + amount_cents > limits.caller_day_cents:
        return f"This caller would get more than {dollars(limits.caller_day_cents)} today."
    if spent.shift_cents + amount_cents > limits.shift_cents:
        return f"This shift's refunds would pass {dollars(limits.shift_cents)}."
    return None


async def _one_at_a_time(ctx: Context, recipient_id: int) -> None:
    """Hold this caller's and this person's sums until the commit: of two refunds at once, on two charges,
    the second counts the first. Always the caller first, so that no two wait for each other."""
    phone = select(cast(recipients.c.phone, Text)).where(recipients.c.id == recipient_id).scalar_subquery()
    for whose in (func.concat("refund-limit:caller:", phone), f"refund-limit:staff:{ctx.actor.name}"):
        await ctx.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(whose, 0))))


async def _spent(ctx: Context, recipient_id: int) -> _Spent:
    # A shift is the longest session's length back from now: signing in again does not begin a new one.
    today = datetime.combine(ctx.now.astimezone(EASTERN).date(), time(), EASTERN)
    shift = ctx.now - timedelta(hours=ctx.settings.session_hours)
    phone = select(recipients.c.phone).where(recipients.c.id == recipient_id).scalar_subquery()
    same_caller = refunds.c.recipient_id.in_(select(recipients.c.id).where(recipients.c.phone == phone))
    of_caller = _sum(same_caller, refunds.c.requested_at >= today)
    of_shift = _sum(refunds.c.requested_by == ctx.actor.name, refunds.c.requested_at > shift)
    row = (await ctx.connection.execute(select(of_caller, of_shift))).one()
    return _Spent(int(row[0]), int(row[1]))


def _sum(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(refunds.c.amount_cents), 0))
        .where(refunds.c.state.in_(HOLDING), refunds.c.imported_id.is_(None), *conditions)
        .scalar_subquery()
    )
