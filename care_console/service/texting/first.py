"""The first text of a message: so many unanswered ones from one sender to one number, and the next ones wait.

Answered means that the page of any message of that sender was opened there since. What waits goes out as soon
as one is opened or an unanswered one has become old, as long as its link lives. Counted under the number's
lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text, update

from care_console.contract.audit import Action
from care_console.contract.messages import TextPlan
from care_console.service.audit.rules import record
from care_console.service.consent.rules import lock_number
from care_console.service.foundation.context import Context
from care_console.service.recipients.news import announce_people_on
from care_console.service.texting.bodies import first_text_body
from care_console.service.texting.hours import next_moment
from care_console.service.texting.queueing import QueuedText, defer_sending, queue
from care_console.service.texting.tables import TOO_LATE, texts

_AT_ONCE = 200

# A link that the desk made again has a reason: its text was asked for, and counts for nothing here.
_UNANSWERED = """
    SELECT count(*) FROM texts t JOIN messages m ON m.id = t.message_id JOIN links l ON l.id = t.link_id
    WHERE t.phone = {phone} AND t.direction = 'out' AND t.kind = 'link' AND l.reason IS NULL
        AND t.imported_id IS NULL AND t.status NOT IN ('cancelled', 'withheld', 'failed')
        AND m.sender_id = {sender}
        AND t.at > greatest(:window, (
            SELECT max(v.at) FROM visits v JOIN messages o ON o.id = v.message_id
            JOIN recipients r ON r.id = o.recipient_id
            WHERE o.sender_id = {sender} AND r.phone = {phone}))
"""
_COUNT = text(_UNANSWERED.format(phone=":phone", sender=":sender"))
_OF_WITHHELD = _UNANSWERED.format(phone="w.phone", sender="mw.sender_id")
# Made of what stands above alone; nothing that anybody typed is ever part of a statement.
_FREE = text(
    f"""
    WITH waits AS (SELECT * FROM texts WHERE status = 'withheld')
    SELECT w.id, w.phone, mw.sender_id FROM waits w JOIN messages mw ON mw.id = w.message_id
    WHERE w.not_after <= :now OR ({_OF_WITHHELD}) < :most
    ORDER BY w.id LIMIT :at_once
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class FirstText:
    """What the first text of a message is made of, and until when its link lives."""

    phone: str
    language: str
    sender_id: int
    sender_name: str
    message_id: int
    link_id: int
    url: str
    not_after: datetime


async def queue_first_text(ctx: Context, first: FirstText) -> TextPlan:
    """Queue it, or keep it back. The caller holds the number's lock and found that it may be texted."""
    is_withheld = not await _has_room(ctx, first.phone, first.sender_id)
    send_after = next_moment(first.phone, ctx.now, ctx.settings.allowed_hours)
    await queue(
        ctx,
        QueuedText(
            first.phone,
            "link",
            first_text_body(first.language, first.sender_name, first.url),
            send_after,
            first.not_after,
            message_id=first.message_id,
            link_id=first.link_id,
            is_withheld=is_withheld,
        ),
    )
    if is_withheld:
        most = ctx.settings.unanswered_texts
        why_not = f"{most} texts from this sender to this number wait unanswered. This one goes once one is."
        return TextPlan(goes=False, why_not=why_not)
    return TextPlan(goes=True, at=send_after)


async def let_withheld_go(ctx: Context, text_id: int, phone: str, sender_id: int) -> bool:
    """Queue a text that was kept back, if there is room by now; cancel it where its link has ended."""
    await lock_number(ctx, phone)
    held = await ctx.connection.execute(
        texts.select().where(texts.c.id == text_id, texts.c.status == "withheld").with_for_update()
    )
    row = held.first()
    if row is None:
        return False
    if row.not_after is not None and ctx.now >= row.not_after:
        ended = {"status": "cancelled", "failure": TOO_LATE}
        await ctx.connection.execute(update(texts).where(texts.c.id == text_id).values(ended))
        await record(ctx, Action.TEXT_CANCELLED, f"text:{text_id}", details={"why": TOO_LATE})
    elif await _has_room(ctx, phone, sender_id):
        send_after = next_moment(phone, ctx.now, ctx.settings.allowed_hours)
        # The moment is the new one: by it the text counts as unanswered from now on.
        values = {"status": "queued", "send_after": send_after, "at": ctx.now}
        await ctx.connection.execute(update(texts).where(texts.c.id == text_id).values(values))
        await record(ctx, Action.TEXT_QUEUED, f"text:{text_id}", details={"kind": row.kind})
        await defer_sending(ctx, text_id, send_after)
    else:
        return False
    await announce_people_on(ctx, phone)
    return True


async def withheld_with_room(ctx: Context) -> list[tuple[int, str, int]]:
    """Texts that were kept back and may go, or are too late: id, number and sender, the oldest first."""
    asked = {"now": ctx.now, "at_once": _AT_ONCE, **_limits(ctx)}
    rows = await ctx.connection.execute(_FREE, asked)
    return [(row.id, row.phone, row.sender_id) for row in rows]


async def _has_room(ctx: Context, phone: str, sender_id: int) -> bool:
    asked = {"phone": phone, "sender": sender_id, "window": _limits(ctx)["window"]}
    unanswered: int = (await ctx.connection.execute(_COUNT, asked)).scalar_one()
    return unanswered < ctx.settings.unanswered_texts


def _limits(ctx: Context) -> dict[str, object]:
    window = ctx.now - timedelta(days=ctx.settings.unanswered_days)
    return {"window": window, "most": ctx.settings.unanswered_texts}
