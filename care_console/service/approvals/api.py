"""`/v1/approvals`: what waits, and deciding it."""

from __future__ import annotations

from fastapi import APIRouter

from care_console.contract.approvals import Approval, DecisionRequest
from care_console.contract.base import Page
from care_console.contract.roles import Permission
from care_console.service.approvals.decisions import decide, open_approvals
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed

router = APIRouter(route_class=StaffRoute, tags=["approvals"])


@router.get("/v1/approvals", dependencies=[allowed(Permission.REFUND)])
async def get_approvals(ctx: Ctx) -> Page[Approval]:
    """What waits for a decision; a specialist sees their own asking."""
    return Page[Approval](items=await open_approvals(ctx))


@router.post("/v1/approvals/{approval_id}/decision", dependencies=[allowed(Permission.DECIDE)])
async def post_decision(ctx: Ctx, approval_id: str, body: DecisionRequest) -> Approval:
    """Approve or decline what somebody else asked for."""
    return await decide(ctx, row_id("approval", approval_id), body.decision, body.note)
