"""`GET /v1/messages/{id}`."""

from __future__ import annotations

from fastapi import APIRouter

from care_console.contract.audit import Action
from care_console.contract.messages import Message
from care_console.contract.roles import Permission
from care_console.service.audit.rules import record
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.messages.queries import read_message

router = APIRouter(route_class=StaffRoute, tags=["messages"])


@router.get("/v1/messages/{message_id}", dependencies=[allowed(Permission.READ_STORY)])
async def get_message(ctx: Ctx, message_id: str) -> Message:
    """A message: who sent it, its links, charges and plays, its levels, and what became of it."""
    message = await read_message(ctx, row_id("message", message_id))
    await record(ctx, Action.MESSAGE_READ, f"message:{message.id}")
    return message
