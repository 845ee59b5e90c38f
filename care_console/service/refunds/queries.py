"""Refunds as they are read: by id, and how much of a charge they hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from care_console.contract.charges import Refund, RefundReason, RefundState
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found
from care_console.service.refunds.limits import HOLDING
from care_console.service.refunds.tables import refunds


async def read_refund(ctx: Context, refund_id: UUID) -> Refund:
    """One refund as it stands."""
    row = (await ctx.connection.execute(select(refunds).where(refunds.c.id == refund_id))).first()
    if row is None:
        raise not_found("refund", refund_id)
    return as_refund(row)


async def held_cents(ctx: Context, charge_id: int) -> int:
    """How much of a charge is refunded or on its way, in cents."""
    query = select(func.coalesce(func.sum(refunds.c.amount_cents), 0)).where(
        refunds.c.charge_id == charge_id, refunds.c.state.in_(HOLDING)
    )
    return int((await ctx.connection.execute(query)).scalar_one())


def as_refund(row: Any) -> Refund:
    """A row of `refunds` as the API shows it."""
    return Refund(
        id=row.id,
        charge_id=str(row.charge_id),
        recipient_id=str(row.recipient_id),
        amount_cents=row.amount_cents,
        reason=RefundReason(row.reason),
        note=row.note,
        state=RefundState(row.state),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        sends_at=row.sends_at,
        settled_at=row.settled_at,
        failure=row.failure,
    )
