"""What a charge was for: one of them, or all of a recipient's."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from care_console.contract.audit import Action
from care_console.contract.roles import Permission
from care_console.contract.statements import ExplainedCharge, ExplainedCharges, ReceiptSent
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found, row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.payments.queries import charges_of, explained
from care_console.service.payments.receipts import send_receipt
from care_console.service.recipients.who import is_known

router = APIRouter(route_class=StaffRoute, tags=["charges"])


@router.get("/v1/charges/{charge_id}", dependencies=[allowed(Permission.READ_STORY)])
async def get_charge(ctx: Ctx, charge_id: str) -> ExplainedCharge:
    """A charge: the message that it paid for, how a statement shows it, and the words to explain it."""
    found = await explained(ctx, row_id("charge", charge_id))
    if found is None:
        raise not_found("charge", charge_id)
    charge, recipient_id = found
    await _recorded(ctx, recipient_id, 1)
    return charge


@router.post(
    "/v1/charges/{charge_id}/receipts", status_code=202, dependencies=[allowed(Permission.SEND_RECEIPT)]
)
async def post_receipt(ctx: Ctx, charge_id: str) -> ReceiptSent:
    """Send the receipt of a charge by text. Refused, with a sentence, where the number may not be texted."""
    return await send_receipt(ctx, row_id("charge", charge_id))


@router.get("/v1/recipients/{recipient_id}/charges", dependencies=[allowed(Permission.READ_STORY)])
async def get_charges(
    ctx: Ctx,
    recipient_id: str,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    shown: Annotated[str, Query(max_length=200)] = "",
) -> ExplainedCharges:
    """Everything a recipient was charged for, the newest first, each explained.

    `shown`: a line of a card's statement, as somebody reads it; only the charges that fit it.
    """
    id = row_id("recipient", recipient_id)
    page = await charges_of(ctx, id, cursor, limit, shown)
    if not page.items and not await is_known(ctx, id):
        raise not_found("recipient", id)
    await _recorded(ctx, id, len(page.items))
    return page


async def _recorded(ctx: Context, recipient_id: int, how_many: int) -> None:
    await record(ctx, Action.CHARGES_READ, f"recipient:{recipient_id}", details={"charges": how_many})
