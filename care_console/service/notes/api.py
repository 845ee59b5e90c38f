"""`POST /v1/recipients/{id}/notes`."""

from __future__ import annotations

from fastapi import APIRouter

from care_console.contract.recipients import Note, NoteRequest
from care_console.contract.roles import Permission
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.notes.rules import write_note

router = APIRouter(route_class=StaffRoute, tags=["notes"])


@router.post(
    "/v1/recipients/{recipient_id}/notes",
    status_code=201,
    dependencies=[allowed(Permission.WRITE_NOTE)],
)
async def post_note(ctx: Ctx, recipient_id: str, body: NoteRequest) -> Note:
    """Write a note on a recipient's story."""
    return await write_note(ctx, row_id("recipient", recipient_id), body.text)
