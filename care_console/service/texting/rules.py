"""Queueing a text. Whether it may go is asked again, under the number's lock, when it is handed over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.texting.hours import next_moment
from care_console.service.texting.queueing import QueuedText, queue
from care_console.service.texting.tables import texts


async def queue_text(
    ctx: Context, *, phone: str, kind: str, body: str, message_id: int, link_id: int, not_after: datetime
) -> datetime:
    """Queue a text that asks for money; say when it may leave. The caller holds the number's lock."""
    send_after = next_moment(phone, ctx.now, ctx.settings.allowed_hours)
    await queue(
        ctx,
        QueuedText(phone, kind, body, send_after, not_after, message_id=message_id, link_id=link_id),
    )
    return send_after


async def cancel_texts_of(ctx: Context, message_id: int) -> None:
    """Cancel what is queued with a link that has just died. The caller holds the number's lock."""
    cancelled = await ctx.connection.execute(
        update(texts)
        .where(
            texts.c.message_id == message_id,
            texts.c.link_id.is_not(None),
            texts.c.direction == "out",
            texts.c.status == "queued",
        )
        .values(status="cancelled")
        .returning(texts.c.id)
    )
    for row in cancelled.all():
        await record(ctx, Action.TEXT_CANCELLED, f"text:{row.id}", details={"why": "its link was replaced"})
