"""`PUT /v1/presence`."""

from __future__ import annotations

from fastapi import APIRouter

from care_console.contract.presence import Presence, PresenceRequest
from care_console.contract.roles import Permission
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.presence.rules import tell_presence

router = APIRouter(route_class=StaffRoute, tags=["presence"])


@router.put("/v1/presence", dependencies=[allowed(Permission.READ_STORY)])
async def put_presence(ctx: Ctx, body: PresenceRequest) -> Presence:
    """Tell which stories are open at this desk, every 20 seconds and at each change; who else has them open.

    Where a desk has told nothing for a minute, it has none open.
    """
    return await tell_presence(ctx, {row_id("recipient", one.recipient_id): one.doing for one in body.open})
