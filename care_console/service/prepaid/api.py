"""`/v1/recipients/{id}/prepaid`: the balance and the ledger of the account of a recipient's number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from care_console.contract.audit import Action
from care_console.contract.prepaid import PrepaidLedger
from care_console.contract.roles import Permission
from care_console.service.audit.rules import record
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.prepaid.queries import ledger_page
from care_console.service.texting.queries import phone_of

router = APIRouter(route_class=StaffRoute, tags=["prepaid"])


@router.get("/v1/recipients/{recipient_id}/prepaid", dependencies=[allowed(Permission.READ_STORY)])
async def get_prepaid(
    ctx: Ctx,
    recipient_id: str,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PrepaidLedger:
    """One page of the ledger, newest first. That it was read is an entry."""
    recipient = row_id("recipient", recipient_id)
    page = await ledger_page(ctx, await phone_of(ctx, recipient), cursor, limit)
    await record(ctx, Action.PREPAID_READ, f"recipient:{recipient}", details={"entries": len(page.items)})
    return page
