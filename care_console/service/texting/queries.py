"""Reading the texts of a number, a page at a time, and whether texts reach it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, tuple_

from care_console.contract.texts import NumberText, NumberTexts, OutOfReach, TextReading, TextState
from care_console.service.facilities.pauses import PausesOf, pause_of
from care_console.service.facilities.tables import senders
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor
from care_console.service.foundation.problems import not_found
from care_console.service.messages.tables import messages
from care_console.service.recipients.tables import recipients
from care_console.service.texting.tables import NUMBER_IS, TOO_LATE, replies, texts
from care_console.service.texting.tables import undeliverable_numbers as numbers

_STATES = {
    "received": TextState.RECEIVED,
    "queued": TextState.QUEUED,
    "withheld": TextState.WITHHELD,
    "sending": TextState.IN_DOUBT,
    "sent": TextState.HANDED_OVER,
    "delivered": TextState.DELIVERED,
    "undelivered": TextState.UNDELIVERED,
    "failed": TextState.FAILED,
    "cancelled": TextState.CANCELLED,
}
_WAITS = (TextState.QUEUED, TextState.WITHHELD)


async def phone_of(ctx: Context, recipient_id: int) -> str:
    """The number of a recipient; a problem where there is none of that id."""
    query = select(recipients.c.phone).where(recipients.c.id == recipient_id)
    phone: str | None = (await ctx.connection.execute(query)).scalar_one_or_none()
    if phone is None:
        raise not_found("recipient", recipient_id)
    return phone


async def texts_page(ctx: Context, recipient_id: int, cursor: str | None, limit: int) -> NumberTexts:
    """One page of the texts to and from a recipient's number, newest first."""
    phone = await phone_of(ctx, recipient_id)
    query = (
        select(texts, replies.c.outcome, replies.c.rule, replies.c.rule_set, senders.c.name.label("sender"))
        .outerjoin(replies, replies.c.text_id == texts.c.id)
        .outerjoin(messages, messages.c.id == texts.c.message_id)
        .outerjoin(senders, senders.c.id == messages.c.sender_id)
        .where(texts.c.phone == phone)
        .order_by(texts.c.at.desc(), texts.c.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(tuple_(texts.c.at, texts.c.id) < tuple_(*decode_cursor(cursor, int)))
    rows = (await ctx.connection.execute(query)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return NumberTexts(
        items=[_text(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.at, last.id) if last is not None else None,
        phone=phone,
        out_of_reach=await reach_of(ctx, phone),
        paused=await pause_of(ctx, PausesOf(phone=phone)),
    )


async def reach_of(ctx: Context, phone: str) -> OutOfReach | None:
    """How a number is out of reach; None where it is not."""
    until = numbers.c.at + timedelta(days=ctx.settings.undeliverable_days)
    query = select(numbers, until.label("until")).where(
        numbers.c.phone == phone,
        numbers.c.failures >= ctx.settings.undeliverable_after,
        until > ctx.now,
    )
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        return None
    return OutOfReach(failures=row.failures, answer=row.answer, at=row.at, until=row.until)


def _text(row: Any) -> NumberText:
    state = _state(row)
    waits = state in _WAITS
    reading = None
    if row.outcome is not None:
        reading = TextReading(outcome=row.outcome, rule=row.rule, rule_set=row.rule_set)
    return NumberText(
        id=str(row.id),
        direction=row.direction,
        kind=row.kind,
        state=state,
        body=row.body,
        at=row.at,
        goes_at=row.send_after if waits else None,
        not_after=row.not_after if waits else None,
        handed_at=row.handed_at,
        why=row.failure,
        message_id=None if row.message_id is None else str(row.message_id),
        sender_name=row.sender,
        reading=reading,
    )


def _state(row: Any) -> TextState:
    """The state of a row; one that was cancelled says by why what that was."""
    state = _STATES[row.status]
    if state is not TextState.CANCELLED:
        return state
    why = row.failure or ""
    if row.cancelled_by is not None or why.startswith(NUMBER_IS):
        return TextState.SUPPRESSED
    return TextState.EXPIRED if why.startswith(TOO_LATE) else state
