"""`POST /v1/messages/{id}/links`."""

from __future__ import annotations

from fastapi import APIRouter

from care_console.contract.messages import ReissuedLink, ReissueRequest
from care_console.contract.roles import Permission
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.links.rules import reissue

router = APIRouter(route_class=StaffRoute, tags=["links"])


@router.post("/v1/messages/{message_id}/links", status_code=201, dependencies=[allowed(Permission.REISSUE)])
async def post_link(ctx: Ctx, message_id: str, body: ReissueRequest) -> ReissuedLink:
    """Make a new link; the old one is dead at the same commit."""
    return await reissue(ctx, row_id("message", message_id), body.reason)
