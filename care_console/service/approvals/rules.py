"""Asking for an approval. Deciding is in `decisions`, which knows what each kind sets in motion."""

from __future__ import annotations

from sqlalchemy import insert

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
