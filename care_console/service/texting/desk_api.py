"""`/v1/recipients/{id}/texts` and `/reach`: a number's texts at the desk, and that it works again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from care_console.contract.audit import Action
from care_console.contract.roles import Permission
from care_console.contract.texts import NumberTexts, ReachCleared
from care_console.service.audit.rules import record
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.recipients.news import announce_people_on
from care_console.service.texting.queries import phone_of, texts_page
from care_console.service.texting.reach import said_to_work

router = APIRouter(route_class=StaffRoute, tags=["texts"])


@router.get("/v1/recipients/{recipient_id}/texts", dependencies=[allowed(Permission.READ_STORY)])
async def get_texts(
    ctx: Ctx,
    recipient_id: str,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NumberTexts:
    """One page of the texts to and from the recipient's number. That they were read is an entry."""
    recipient = row_id("recipient", recipient_id)
    page = await texts_page(ctx, recipient, cursor, limit)
    await record(ctx, Action.TEXTS_READ, f"recipient:{recipient}", details={"texts": len(page.items)})
    return page


@router.post("/v1/recipients/{recipient_id}/reach", dependencies=[allowed(Permission.CLEAR_REACH)])
async def post_reach(ctx: Ctx, recipient_id: str) -> ReachCleared:
    """The caller says that texts arrive again: recordings for the number are taken, and texts go to it."""
    recipient = row_id("recipient", recipient_id)
    phone = await phone_of(ctx, recipient)
    was_marked = await said_to_work(ctx, phone)
    if was_marked:
        await announce_people_on(ctx, phone)
    return ReachCleared(recipient_id=str(recipient), was_marked=was_marked)
