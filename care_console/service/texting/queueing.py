"""Queueing a text and the job that sends it, in the transaction of whatever it tells of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.jobs import defer
from care_console.service.foundation.statements import Query
from care_console.service.texting.tables import texts

_NEW = Query(insert(texts).returning(texts.c.id))
_ANSWER_PRIORITY = 10
"""An answer to STOP or HELP goes before the queue of links: it is worth nothing after five minutes."""


@dataclass(frozen=True, slots=True)
class QueuedText:
    """A text to queue: to whom, of which kind, what it says, from when and until when it may go.

    One that is withheld waits without a job until `texting.first` lets it go.
    """

    phone: str
    kind: str
    body: str
    send_after: datetime
    not_after: datetime | None = None
    message_id: int | None = None
    link_id: int | None = None
    is_answer: bool = False
    is_withheld: bool = False


async def queue(ctx: Context, text: QueuedText) -> int:
    """Queue a text, and the job that hands it over; its id. The caller holds the number's lock."""
    values = {
        "phone": text.phone,
        "message_id": text.message_id,
        "link_id": text.link_id,
        "direction": "out",
        "kind": text.kind,
        "body": text.body,
        "at": ctx.now,
        "send_after": text.send_after,
        "not_after": text.not_after,
        "status": "withheld" if text.is_withheld else "queued",
    }
    text_id: int = (await ctx.connection.execute(_NEW, values)).scalar_one()
    action = Action.TEXT_WITHHELD if text.is_withheld else Action.TEXT_QUEUED
    await record(ctx, action, f"text:{text_id}", details={"kind": text.kind})
    if not text.is_withheld:
        await defer_sending(ctx, text_id, text.send_after, is_answer=text.is_answer)
    return text_id


async def defer_sending(ctx: Context, text_id: int, at: datetime, *, is_answer: bool = False) -> None:
    """Have a text looked at, at a moment."""
    priority = _ANSWER_PRIORITY if is_answer else 0
    await defer(ctx, "texting:send", at=at, lock=f"text:{text_id}", priority=priority, text_id=text_id)
