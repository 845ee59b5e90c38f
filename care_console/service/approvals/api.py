"""`/v1/approvals`: what waits, deciding it, and taking one's own back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from care_console.contract.approvals import Approval, DecisionRequest
from care_console.contract.audit import Action
from care_console.contract.base import CountedPage
from care_console.contract.roles import Permission
from care_console.service.approvals.decisions import decide, take_back
from care_console.service.approvals.queries import open_page, read_approval
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed

router = APIRouter(route_class=StaffRoute, tags=["approvals"])


@router.get("/v1/approvals", dependencies=[allowed(Permission.REFUND)])
async def get_approvals(
    ctx: Ctx,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CountedPage[Approval]:
    """What waits for a decision, the oldest first; a specialist sees their own asking."""
    page = await open_page(ctx, cursor, limit)
    await _record_reading(ctx, page.items, "approvals:open")
    return page


@router.get("/v1/approvals/{approval_id}", dependencies=[allowed(Permission.REFUND)])
async def get_approval(ctx: Ctx, approval_id: str) -> Approval:
    """One request as it stands, decided or not; for a specialist, their own."""
    approval = await read_approval(ctx, row_id("approval", approval_id))
    await _record_reading(ctx, [approval], f"approval:{approval.id}")
    return approval


@router.post("/v1/approvals/{approval_id}/decision", dependencies=[allowed(Permission.DECIDE)])
async def post_decision(ctx: Ctx, approval_id: str, body: DecisionRequest) -> Approval:
    """Approve or decline what somebody else asked for."""
    return await decide(ctx, row_id("approval", approval_id), body.decision, body.note)


@router.delete("/v1/approvals/{approval_id}", dependencies=[allowed(Permission.REFUND)])
async def delete_approval(ctx: Ctx, approval_id: str) -> Approval:
    """Take back what one asked for oneself, while nobody has decided it."""
    return await take_back(ctx, row_id("approval", approval_id))


async def _record_reading(ctx: Context, seen: list[Approval], subject: str) -> None:
    """Whose names were looked at; an empty list showed nobody's."""
    if seen:
        people = sorted({one.recipient_id for one in seen if one.recipient_id is not None})
        await record(ctx, Action.APPROVALS_READ, subject, details={"rows": len(seen), "recipients": people})
