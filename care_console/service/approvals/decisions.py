"""Deciding what somebody else asked for, once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from care_console.contract.approvals import Approval, ApprovalKind, Decision
from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Permission
from care_console.service.approvals.tables import approvals
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.refunds import rules as refunds


async def open_approvals(ctx: Context) -> list[Approval]:
    """What waits for a decision, the oldest first; for who may not decide, their own asking."""
    query = select(approvals).where(approvals.c.decision.is_(None), approvals.c.withdrawn_at.is_(None))
    if not ctx.actor.may(Permission.DECIDE):
        query = query.where(approvals.c.requested_by == ctx.actor.name)
    rows = await ctx.connection.execute(query.order_by(approvals.c.requested_at, approvals.c.id).limit(500))
    return [_approval(row) for row in rows]


async def decide(ctx: Context, approval_id: int, decision: Decision, note: str) -> Approval:
    """Approve or decline; nobody their own, and nobody twice."""
    query = select(approvals).where(approvals.c.id == approval_id).with_for_update()
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise not_found("approval", approval_id)
    if row.requested_by == ctx.actor.name:
        raise Problem(
            ProblemType.OWN_REQUEST,
            HTTPStatus.FORBIDDEN,
            "You asked for this yourself, so another person decides. Nothing was done.",
        )
    if row.decision is not None:
        raise Problem(
            ProblemType.ALREADY_DECIDED,
            HTTPStatus.CONFLICT,
            f"{row.decided_by} decided this already: {row.decision}. Nothing was done.",
        )
    if row.withdrawn_at is not None:
        raise Problem(
            ProblemType.ALREADY_DECIDED,
            HTTPStatus.CONFLICT,
            "What was asked for was taken back, so there is nothing to decide. Nothing was done.",
        )
    await _carry_out(ctx, ApprovalKind(row.kind), row.subject, decision)
    decided = await ctx.connection.execute(
        update(approvals)
        .where(approvals.c.id == approval_id)
        .values(decision=decision.value, decided_by=ctx.actor.name, decided_at=ctx.now, note=note)
        .returning(*approvals.c)
    )
    await record(
        ctx, Action.APPROVAL_DECIDED, f"approval:{approval_id}", details={"decision": decision.value}
    )
    await announce(ctx, ChangeKind.APPROVAL, approval_id, recipient_id=row.recipient_id)
    return _approval(decided.one())


async def _carry_out(ctx: Context, kind: ApprovalKind, subject: str, decision: Decision) -> None:
    if kind is not ApprovalKind.REFUND:
        raise NotImplementedError(f"nothing asks for an approval of the kind {kind} yet")
    carry_out = refunds.approve if decision is Decision.APPROVE else refunds.decline
    await carry_out(ctx, UUID(subject))


def _approval(row: Any) -> Approval:
    return Approval(
        id=str(row.id),
        kind=ApprovalKind(row.kind),
        subject=row.subject,
        recipient_id=None if row.recipient_id is None else str(row.recipient_id),
        why=row.why,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        decision=Decision(row.decision) if row.decision else None,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )
