"""Asking for an approval. Deciding is in `decisions`, which knows what each kind sets in motion."""

from __future__ import annotations

from sqlalchemy import insert, update

from care_console.contract.approvals import ApprovalKind
from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.service.approvals.tables import approvals
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce


async def ask_approval(
    ctx: Context, kind: ApprovalKind, subject: str, why: str, recipient_id: int | None
) -> int:
    """Ask for somebody else's decision."""
    values = {
        "kind": kind.value,
        "subject": subject,
        "recipient_id": recipient_id,
        "why": why,
        "requested_by": ctx.actor.name,
        "requested_at": ctx.now,
    }
    asked = await ctx.connection.execute(insert(approvals).values(values).returning(approvals.c.id))
    approval_id: int = asked.scalar_one()
    await record(ctx, Action.APPROVAL_ASKED, f"approval:{approval_id}", details={"subject": subject})
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
        .values(withdrawn_at=ctx.now)
        .returning(approvals.c.id, approvals.c.recipient_id)
    )
    for row in taken_back:
        await record(ctx, Action.APPROVAL_WITHDRAWN, f"approval:{row.id}", details={"subject": subject})
        await announce(ctx, ChangeKind.APPROVAL, row.id, recipient_id=row.recipient_id)
