"""`POST /v1/recipients/{id}/contacts`."""

from __future__ import annotations

from fastapi import APIRouter

from care_console.contract.contacts import Contact, ContactRequest
from care_console.contract.roles import Permission
from care_console.service.contacts.rules import record_contact
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed

router = APIRouter(route_class=StaffRoute, tags=["contacts"])


@router.post(
    "/v1/recipients/{recipient_id}/contacts",
    status_code=201,
    dependencies=[allowed(Permission.WRITE_NOTE)],
)
async def post_contact(ctx: Ctx, recipient_id: str, body: ContactRequest) -> Contact:
    """Record a call with a recipient: why they called, what came of it, and the note on it."""
    return await record_contact(ctx, row_id("recipient", recipient_id), body)
