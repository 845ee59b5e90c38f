"""Deciding what somebody else asked for, once; taking back one's own; and the end of what nobody decided."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from care_console.contract.approvals import Approval, ApprovalKind, Decision, why_not_decide
from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.problems import ProblemType
from care_console.service.approvals.queries import IS_OPEN, read_approval
from care_console.service.approvals.rules import ends_at, withdraw_request
from care_console.service.approvals.tables import approvals
from care_console.service.audit.rules import record
from care_console.service.consent import corrections
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import Problem, forbidden, not_found
from care_console.service.refunds import rules as refunds


async def decide(ctx: Context, approval_id: int, decision: Decision, note: str) -> Approval:
    """Approve or decline; nobody their own, nobody twice. Of two at once the second is told of the first."""
    row = await _lock(ctx, approval_id)
    _refuse_wrong_person(ctx, row)
    _refuse_ended(ctx, row)
    await _carry_out(ctx, row, decision)
    await ctx.connection.execute(
        update(approvals)
        .where(approvals.c.id == approval_id)
        .values(decision=decision.value, decided_by=ctx.actor.name, decided_at=ctx.now, note=note)
    )
    details = {"decision": decision.value, "kind": row.kind, "subject": row.subject}
    await record(ctx, Action.APPROVAL_DECIDED, f"approval:{approval_id}", details=details)
    await announce(ctx, ChangeKind.APPROVAL, approval_id, recipient_id=row.recipient_id)
    return await read_approval(ctx, approval_id)


async def take_back(ctx: Context, approval_id: int) -> Approval:
    """Take back one's own request; taken back already, the same answer."""
    row = await _lock(ctx, approval_id)
    if row.requested_by != ctx.actor.name:
        raise forbidden(
            f"{row.requested_by} asked for this, so only they take it back; you can decline it. "
            "Nothing was done."
        )
    if row.withdrawn_at is None:
        _refuse_ended(ctx, row)
        if row.kind == ApprovalKind.REFUND.value:
            await refunds.withdraw(ctx, UUID(row.subject))
        else:
            await withdraw_request(ctx, ApprovalKind(row.kind), row.subject)
    return await read_approval(ctx, approval_id)


async def expire(ctx: Context, approval_id: int) -> bool:
    """End a request that nobody decided in time; False where it has ended otherwise."""
    row = await _lock(ctx, approval_id)
    if row.decision is not None or row.withdrawn_at is not None or ctx.now < ends_at(ctx, row.requested_at):
        return False
    await ctx.connection.execute(
        update(approvals)
        .where(approvals.c.id == approval_id)
        .values(withdrawn_at=ctx.now, withdrawn_by=ctx.actor.name)
    )
    if row.kind == ApprovalKind.REFUND.value:
        await refunds.expire(ctx, UUID(row.subject), f"{_nobody_in(ctx)} No money moved.")
    await record(ctx, Action.APPROVAL_EXPIRED, f"approval:{approval_id}", details={"subject": row.subject})
    await announce(ctx, ChangeKind.APPROVAL, approval_id, recipient_id=row.recipient_id)
    return True


async def overdue(ctx: Context) -> list[int]:
    """The open requests whose time is over, the oldest first, some hundred at a time."""
    query = select(approvals.c.id, approvals.c.requested_at).where(IS_OPEN)
    rows = await ctx.connection.execute(query.order_by(approvals.c.requested_at, approvals.c.id).limit(500))
    return [row.id for row in rows if ends_at(ctx, row.requested_at) <= ctx.now]


async def _lock(ctx: Context, approval_id: int) -> Any:
    query = select(approvals).where(approvals.c.id == approval_id).with_for_update()
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise not_found("approval", approval_id)
    return row


def _refuse_wrong_person(ctx: Context, row: Any) -> None:
    if ctx.actor.role is None:
        raise forbidden("Only somebody who is signed in decides. Nothing was done.")
    why_not = why_not_decide(row.requested_by, ctx.actor.name, ctx.actor.role)
    if why_not is not None:
        own = row.requested_by == ctx.actor.name
        kind = ProblemType.OWN_REQUEST if own else ProblemType.FORBIDDEN
        raise Problem(kind, HTTPStatus.FORBIDDEN, why_not)


def _refuse_ended(ctx: Context, row: Any) -> None:
    if row.decision is not None:
        done = "approved" if row.decision == Decision.APPROVE.value else "declined"
        raise _over(
            f"{row.decided_by} {done} this already.", decided_by=row.decided_by, decision=row.decision
        )
    if row.withdrawn_at is not None and row.withdrawn_by == SYSTEM.name:
        raise _over(_nobody_in(ctx))
    if row.withdrawn_at is not None:
        raise _over(f"{row.withdrawn_by} took this back, so there is nothing to decide.")
    if ctx.now >= ends_at(ctx, row.requested_at):
        raise _over(_nobody_in(ctx))


def _nobody_in(ctx: Context) -> str:
    return f"Nobody decided within {ctx.settings.approval_hours:g} hours, so the request ended."


def _over(what: str, **fields: str) -> Problem:
    return Problem(
        ProblemType.ALREADY_DECIDED, HTTPStatus.CONFLICT, f"{what} Nothing was done.", fields=fields or None
    )


async def _carry_out(ctx: Context, row: Any, decision: Decision) -> None:
    approves = decision is Decision.APPROVE
    match ApprovalKind(row.kind):
        case ApprovalKind.REFUND:
            await (refunds.approve if approves else refunds.decline)(ctx, UUID(row.subject))
        case ApprovalKind.CORRECTION:
            if approves:
                asked = corrections.Asked(row.requested_by, row.requested_at, row.asked_note)
                await corrections.correct(ctx, int(row.subject), asked)
        case ApprovalKind.MAKE_GOOD:
            if approves:  # nothing here asks for one; a row of it is another release's
                raise Problem(
                    ProblemType.STALE_REQUEST,
                    HTTPStatus.CONFLICT,
                    "This service cannot carry that out, so it can only be declined. Nothing was done.",
                )
