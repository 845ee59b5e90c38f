"""`/v1/pauses`: what is paused, pausing a facility or a number, and ending it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from care_console.contract.audit import Action
from care_console.contract.base import E164, Page
from care_console.contract.pauses import Pause, PauseRequest
from care_console.contract.roles import Permission
from care_console.service.audit.rules import record
from care_console.service.facilities.pauses import end_pause, pause_facility, pause_number, pauses_that_last
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed

router = APIRouter(route_class=StaffRoute, tags=["pauses"], dependencies=[allowed(Permission.PAUSE)])


@router.get("/v1/pauses")
async def get_pauses(ctx: Ctx, phone: Annotated[E164 | None, Query()] = None) -> Page[Pause]:
    """What is paused now, the newest first; of one number, where it is given."""
    found = await pauses_that_last(ctx, phone=phone)
    if found:  # whose numbers were looked at; an empty list showed nobody's
        await record(ctx, Action.PAUSES_READ, "pauses:open", details={"rows": len(found)})
    return Page(items=found)


@router.post("/v1/pauses", status_code=201)
async def post_pause(ctx: Ctx, body: PauseRequest) -> Pause:
    """Pause a facility or a number."""
    if body.phone is not None:
        return await pause_number(ctx, body.phone, body.reason)
    assert body.facility_id is not None  # the request holds one of both
    return await pause_facility(ctx, row_id("facility", body.facility_id), body.reason)


@router.delete("/v1/pauses/{pause_id}")
async def delete_pause(ctx: Ctx, pause_id: str) -> Pause:
    """End a pause."""
    return await end_pause(ctx, row_id("pause", pause_id))
