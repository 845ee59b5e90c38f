"""What carriers say of our texts: kept as far as it goes forward, for receipts come late and out of order."""

from __future__ import annotations

from sqlalchemy import select, update

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentChannel
from care_console.service.audit.rules import record
from care_console.service.consent.rules import Words, lock_number, opt_out
from care_console.service.consent.tables import consent_events
from care_console.service.foundation.context import Context
from care_console.service.gateways.sms.port import Receipt, ReceiptState
from care_console.service.recipients.news import announce_people_on
from care_console.service.texting.reach import failed_to_reach, reached
from care_console.service.texting.tables import texts

_STATUS = {
    ReceiptState.ACCEPTED: "sent",
    ReceiptState.DELIVERED: "delivered",
    ReceiptState.UNDELIVERED: "undelivered",
    ReceiptState.REFUSED: "failed",
}
# What each may still become. A text that we cancelled or gave up while it was in doubt was handed over after
# all, where a receipt for it comes: that is what happened, so that is what is told.
_BEFORE = {
    "sent": ("sending", "queued", "cancelled", "failed"),
    "delivered": ("sending", "queued", "sent", "undelivered", "cancelled", "failed"),
    "undelivered": ("sending", "queued", "sent"),
    "failed": ("sending", "queued", "sent"),
}


async def take_receipt(ctx: Context, receipt: Receipt) -> bool:
    """Keep what a carrier said; False where no text of ours has that id. Twice is once."""
    query = select(texts.c.phone).where(
        texts.c.id == receipt.text_id, texts.c.direction == "out", texts.c.imported_id.is_(None)
    )
    phone = (await ctx.connection.execute(query)).scalar_one_or_none()
    if phone is None:
        return False
    await lock_number(ctx, phone)
    status = _STATUS[receipt.state]
    moved = await ctx.connection.execute(
        update(texts)
        .where(texts.c.id == receipt.text_id, texts.c.status.in_(_BEFORE[status]))
        .values(status=status, failure=receipt.answer if status in ("failed", "undelivered") else None)
        .returning(texts.c.id)
    )
    if moved.first() is not None:
        details = {"status": status, "answer": receipt.answer[:200]}
        await record(ctx, Action.TEXT_REPORTED, f"text:{receipt.text_id}", details=details)
        await announce_people_on(ctx, phone)
        if receipt.state is ReceiptState.DELIVERED:
            await reached(ctx, phone)
        elif receipt.state in (ReceiptState.UNDELIVERED, ReceiptState.REFUSED):
            await failed_to_reach(ctx, phone, receipt.answer)
    if receipt.unsubscribed:
        await _opt_out_once(ctx, phone, receipt)
    return True


async def _opt_out_once(ctx: Context, phone: str, receipt: Receipt) -> None:
    """Opt out on a carrier's word, wherever our text stood by then. The same receipt again is nothing."""
    told_of = f"text:{receipt.text_id}"
    query = select(consent_events.c.id).where(
        consent_events.c.phone == phone,
        consent_events.c.channel == ConsentChannel.CARRIER.value,
        consent_events.c.call_id == told_of,
    )
    if (await ctx.connection.execute(query.limit(1))).first() is None:
        await opt_out(ctx, phone, Words(ConsentChannel.CARRIER, receipt.answer, ctx.now, told_of))
