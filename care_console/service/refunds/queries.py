"""Refunds as they are read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from care_console.contract.approvals import ApprovalKind
from care_console.contract.charges import Refund, RefundReason, RefundState
from care_console.contract.decisions import ApprovalStanding
from care_console.service.approvals.queries import standing_of
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found
from care_console.service.refunds.tables import refunds


async def read_refund(ctx: Context, refund_id: UUID) -> Refund:
    """One refund as it stands, with the approval that it needed."""
    row = (await ctx.connection.execute(select(refunds).where(refunds.c.id == refund_id))).first()
    if row is None:
        raise not_found("refund", refund_id)
    return as_refund(row, await standing_of(ctx, ApprovalKind.REFUND, str(refund_id)))


def as_refund(row: Any, approval: ApprovalStanding | None = None) -> Refund:
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
        approval=approval,
    )
