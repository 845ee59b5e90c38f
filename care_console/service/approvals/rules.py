"""Asking for an approval, and taking that back. Deciding is in `decisions`, which knows what each does."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import insert, select, update

from care_console.contract.approvals import ApprovalKind
from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.problems import ProblemType
from care_console.service.approvals.tables import approvals
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import Problem


async def ask_approval(
    ctx: Context, kind: ApprovalKind, subject: str, why: str, recipient_id: int | None, note: str
) -> int:
    """Ask for somebody else's decision. `why` says why one is needed, `note` is what the asker wrote.

    Whoever asks holds a lock on the subject; asked for already and not decided, it is refused.
    """
    await _refuse_second(ctx, kind, subject)
    values = {
        "kind": kind.value,
        "subject": subject,
        "recipient_id": recipient_id,
        "why": why,
        "requested_by": ctx.actor.name,
        "requested_at": ctx.now,
        "asked_note": note,
    }
    asked = await ctx.connection.execute(insert(approvals).values(values).returning(approvals.c.id))
    approval_id: int = asked.scalar_one()
    details = {"kind": kind.value, "subject": subject}
    await record(ctx, Action.APPROVAL_ASKED, f"approval:{approval_id}", details=details)
    await announce(ctx, ChangeKind.APPROVAL, approval_id, recipient_id=recipient_id)
    return approval_id


async def withdraw_request(ctx: Context, kind: ApprovalKind, subject: str) -> None:
    """What was asked for is taken back: nothing is left to decide. Decided already: nothing changes."""
    taken_back = await ctx.connection.execute(
        update(approvals)
        .where(
            approvals.c.kind == kind.value,
            approvals.c.subject == subject,
            approvals.c.decision.is_(None),
            approvals.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=ctx.now, withdrawn_by=ctx.actor.name)
        .returning(approvals.c.id, approvals.c.recipient_id)
    )
    for row in taken_back:
        await record(ctx, Action.APPROVAL_WITHDRAWN, f"approval:{row.id}", details={"subject": subject})
        await announce(ctx, ChangeKind.APPROVAL, row.id, recipient_id=row.recipient_id)


def ends_at(ctx: Context, requested_at: datetime) -> datetime:
    """When a request ends that nobody decided."""
    return requested_at + timedelta(hours=ctx.settings.approval_hours)


async def _refuse_second(ctx: Context, kind: ApprovalKind, subject: str) -> None:
    query = select(approvals.c.requested_by).where(
        approvals.c.kind == kind.value,
        approvals.c.subject == subject,
        approvals.c.decision.is_(None),
        approvals.c.withdrawn_at.is_(None),
    )
    before = (await ctx.connection.execute(query)).scalar_one_or_none()
    if before is not None:
        raise Problem(
            ProblemType.STALE_REQUEST,
            HTTPStatus.CONFLICT,
            f"{before} asked for this already, and it waits for a decision. Nothing was done.",
        )
