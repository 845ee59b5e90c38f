"""The guardian of what was paid for and not heard: as its link's end comes near, a reminder, or more time.

Which of both is policy. Where no text may go to the number, it is more time, once: whoever paid must be
able to hear.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentState
from care_console.service.audit.rules import record
from care_console.service.consent.rules import lock_number, state_of
from care_console.service.facilities.pauses import text_is_paused
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce_message
from care_console.service.links.tables import links
from care_console.service.texting.bodies import reminder_body
from care_console.service.texting.hours import next_moment, zones_of
from care_console.service.texting.rules import queue_text

_AT_ONCE = 200

# A charge that was given back in full paid for nothing; one that a bank took back neither.
_ENDING = text(
    """
    SELECT l.id, l.message_id, l.recipient_id, l.code, l.expires_at, r.phone, r.language,
        s.name AS sender_name
    FROM links l JOIN messages m ON m.id = l.message_id JOIN recipients r ON r.id = l.recipient_id
        JOIN senders s ON s.id = m.sender_id
    WHERE l.expires_at > :now AND l.expires_at <= :soon AND l.revoked_at IS NULL AND l.extended_at IS NULL
        AND (CAST(:id AS bigint) IS NULL OR l.id = :id)
        AND NOT EXISTS (SELECT FROM plays p WHERE p.message_id = m.id AND p.seconds_played > 0)
        AND NOT EXISTS (SELECT FROM texts t WHERE t.message_id = m.id AND t.link_id = l.id
            AND t.kind = 'reminder')
        AND EXISTS (SELECT FROM charges c WHERE c.message_id = m.id AND c.status = 'succeeded'
            AND c.amount_cents > (SELECT coalesce(sum(f.amount_cents), 0) FROM refunds f
                WHERE f.charge_id = c.id AND f.state NOT IN ('withdrawn', 'declined', 'failed'))
            AND NOT EXISTS (SELECT FROM disputes d WHERE d.charge_id = c.id
                AND d.status IN ('lost', 'charge_refunded')))
    ORDER BY l.expires_at, l.id LIMIT :at_once
    """
)


async def ending_unheard(ctx: Context) -> list[tuple[int, str]]:
    """Links of messages that were paid for, not heard, and end soon: id and number, the soonest first."""
    return [(row.id, row.phone) for row in await _ending(ctx)]


async def guard(ctx: Context, link_id: int, phone: str) -> bool:
    """Remind of a link's end, or put it off; False where there is nothing to do any more."""
    await lock_number(ctx, phone)
    # Whoever pays, plays or makes the link again meanwhile holds its row; then it is looked at anew.
    await ctx.connection.execute(select(links.c.id).where(links.c.id == link_id).with_for_update())
    [row] = await _ending(ctx, link_id) or [None]
    if row is None:
        return False
    if ctx.settings.expiry_policy == "reminder" and await _may_remind(ctx, row):
        zone = zones_of(row.phone)[0]
        body = reminder_body(
            row.language,
            row.sender_name,
            f"{ctx.settings.public_url.rstrip('/')}/m/{row.code}",
            row.expires_at.astimezone(zone),
        )
        await queue_text(
            ctx,
            phone=row.phone,
            kind="reminder",
            body=body,
            message_id=row.message_id,
            link_id=row.id,
            not_after=row.expires_at,
        )
    else:
        await _extend(ctx, row)
    await announce_message(ctx, row.message_id, row.recipient_id)
    return True


async def _may_remind(ctx: Context, row: Any) -> bool:
    """Whether a text may go to the number while the link lives."""
    return (
        await state_of(ctx, row.phone) is ConsentState.OPTED_IN
        and not await text_is_paused(ctx, row.phone, row.message_id)
        and next_moment(row.phone, ctx.now, ctx.settings.allowed_hours) < row.expires_at
    )


async def _extend(ctx: Context, row: Any) -> None:
    expires_at = row.expires_at + timedelta(days=ctx.settings.expiry_extra_days)
    values = {"expires_at": expires_at, "extended_at": ctx.now}
    await ctx.connection.execute(update(links).where(links.c.id == row.id).values(values))
    details = {"message": str(row.message_id), "until": expires_at.isoformat()}
    await record(ctx, Action.LINK_EXTENDED, f"link:{row.id}", details=details)


async def _ending(ctx: Context, link_id: int | None = None) -> list[Any]:
    if ctx.settings.expiry_policy == "nothing":
        return []
    soon = ctx.now + timedelta(hours=ctx.settings.expiry_notice_hours)
    asked = {"now": ctx.now, "soon": soon, "id": link_id, "at_once": _AT_ONCE}
    return list((await ctx.connection.execute(_ENDING, asked)).all())
