"""What was asked for, as it is read: the open requests, one, and how it stands with one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import UUID

from care_console.contract.approvals import Approval, ApprovalKind
from care_console.contract.base import CountedPage
from care_console.contract.charges import RefundReason
from care_console.contract.decisions import ApprovalStanding, Decision
from care_console.contract.limits import DISPUTED
from care_console.contract.roles import Permission
from care_console.service.approvals.rules import ends_at
from care_console.service.approvals.tables import approvals
from care_console.service.consent.tables import consent_events
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor
from care_console.service.foundation.problems import not_found
from care_console.service.payments.tables import charges, disputes
from care_console.service.recipients.tables import recipients
from care_console.service.refunds.disputes import CLOSED_DISPUTES
from care_console.service.refunds.tables import refunds

IS_OPEN = and_(approvals.c.decision.is_(None), approvals.c.withdrawn_at.is_(None))


async def open_page(ctx: Context, cursor: str | None, limit: int) -> CountedPage[Approval]:
    """What waits for a decision, the oldest first; for who may not decide, their own asking."""
    mine = [IS_OPEN, *_seen_by(ctx)]
    total = await ctx.connection.execute(select(func.count()).select_from(approvals).where(*mine))
    query = _whole().where(*mine).order_by(approvals.c.requested_at, approvals.c.id)
    if cursor is not None:
        at, row_id = decode_cursor(cursor, int)
        query = query.where(
            tuple_(approvals.c.requested_at, approvals.c.id) > tuple_(literal(at), literal(row_id))
        )
    rows = (await ctx.connection.execute(query.limit(limit + 1))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return CountedPage[Approval](
        items=[as_approval(ctx, row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.requested_at, last.id) if last is not None else None,
        total=total.scalar_one(),
    )


async def read_approval(ctx: Context, approval_id: int) -> Approval:
    """One request as it stands, decided or not; for who may not decide, only their own."""
    query = _whole().where(approvals.c.id == approval_id, *_seen_by(ctx))
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise not_found("approval", approval_id)
    return as_approval(ctx, row)


async def standing_of(ctx: Context, kind: ApprovalKind, subject: str) -> ApprovalStanding | None:
    """How it stands with the newest request about something; None where nobody had to be asked."""
    query = (
        select(approvals)
        .where(approvals.c.kind == kind.value, approvals.c.subject == subject)
        .order_by(approvals.c.id.desc())
        .limit(1)
    )
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        return None
    return ApprovalStanding(
        id=str(row.id),
        why=row.why,
        decision=Decision(row.decision) if row.decision else None,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )


def _seen_by(ctx: Context) -> list[ColumnElement[bool]]:
    if ctx.actor.may(Permission.DECIDE):
        return []
    return [approvals.c.requested_by == ctx.actor.name]


def _whole() -> Select[Any]:
    """Each request with what it is about."""
    is_refund = approvals.c.kind == ApprovalKind.REFUND.value
    is_correction = approvals.c.kind == ApprovalKind.CORRECTION.value
    refund_id = case((is_refund, cast(approvals.c.subject, UUID(as_uuid=True))), else_=null())
    event_id = case((is_correction, cast(approvals.c.subject, BigInteger)), else_=null())
    disputed = exists().where(
        disputes.c.charge_id == refunds.c.charge_id, disputes.c.status.not_in(CLOSED_DISPUTES)
    )
    corrected = consent_events.alias("corrected")
    return (
        select(
            approvals,
            recipients.c.name.label("recipient_name"),
            func.coalesce(recipients.c.phone, consent_events.c.phone).label("phone"),
            cast(refunds.c.amount_cents, Integer).label("amount_cents"),
            refunds.c.reason,
            refunds.c.charge_id,
            charges.c.message_id,
            consent_events.c.words,
            disputed.label("disputed"),
            exists().where(corrected.c.corrects_id == consent_events.c.id).label("is_corrected"),
        )
        .outerjoin(refunds, refunds.c.id == refund_id)
        .outerjoin(charges, charges.c.id == refunds.c.charge_id)
        .outerjoin(consent_events, consent_events.c.id == event_id)
        .outerjoin(recipients, recipients.c.id == approvals.c.recipient_id)
    )


def as_approval(ctx: Context, row: Any) -> Approval:
    """A row of `approvals` with what it is about, as the API shows it."""
    return Approval(
        id=str(row.id),
        kind=ApprovalKind(row.kind),
        subject=row.subject,
        recipient_id=_text(row.recipient_id),
        recipient_name=row.recipient_name or "",
        phone=row.phone,
        amount_cents=row.amount_cents,
        reason=RefundReason(row.reason) if row.reason else None,
        charge_id=_text(row.charge_id),
        message_id=_text(row.message_id),
        words=row.words,
        why=row.why,
        why_not_approve=_why_not(row),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        asked_note=row.asked_note,
        expires_at=ends_at(ctx, row.requested_at),
        decision=Decision(row.decision) if row.decision else None,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )


def _why_not(row: Any) -> str | None:
    """What changed since it was asked for, so that it can only be declined."""
    if row.decision is not None or row.withdrawn_at is not None:
        return None
    if row.disputed:
        return DISPUTED
    if row.kind == ApprovalKind.MAKE_GOOD.value:
        return "This service cannot carry that out, so it can only be declined."
    return None


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
