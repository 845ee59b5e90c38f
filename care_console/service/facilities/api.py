"""`/v1/facilities` and `/v1/pauses`: what can be paused, what is, and pausing and resuming it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from care_console.contract.audit import Action
from care_console.contract.base import E164, Page
from care_console.contract.facilities import ListedFacility
from care_console.contract.pauses import Pause, PauseRequest
from care_console.contract.roles import Permission
from care_console.service.audit.rules import record
from care_console.service.facilities.pauses import (
    PausesOf,
    end_pause,
    pause_facility,
    pause_number,
    pauses_page,
)
from care_console.service.facilities.queries import facilities_page
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed

# A NUL is in no name, and PostgreSQL takes none.
Words = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]

router = APIRouter(route_class=StaffRoute, tags=["pauses"], dependencies=[allowed(Permission.PAUSE)])


@router.get("/v1/facilities")
async def get_facilities(
    ctx: Ctx,
    q: Words = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[ListedFacility]:
    """The facilities by name, each with whether it is paused now; `q`: words that the name begins with."""
    return await facilities_page(ctx, q.strip(), cursor, limit)


@router.get("/v1/pauses")
async def get_pauses(
    ctx: Ctx,
    phone: Annotated[E164 | None, Query()] = None,
    facility_id: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[Pause]:
    """What is paused now, the newest first; of one number or one facility, where it is given."""
    facility = None if facility_id is None else row_id("facility", facility_id)
    page = await pauses_page(ctx, PausesOf(phone, facility), cursor, limit)
    if page.items:  # whose numbers were looked at; an empty list showed nobody's
        await record(ctx, Action.PAUSES_READ, "pauses:open", details={"rows": len(page.items)})
    return page


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
