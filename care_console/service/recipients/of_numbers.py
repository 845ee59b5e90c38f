"""The recipient on a number: the newest there is, or a new one of whom nothing but the number is known."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select

from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Query
from care_console.service.recipients.tables import recipients

_NEWEST = Query(
    select(recipients.c.id, recipients.c.language)
    .where(recipients.c.phone == bindparam("phone"))
    .order_by(recipients.c.id.desc())
    .limit(1)
)
_NEW = Query(insert(recipients).returning(recipients.c.id))


@dataclass(frozen=True, slots=True)
class OnNumber:
    """Who is on a number, and the language that texts to them are in."""

    id: int
    language: str


async def recipient_on(ctx: Context, phone: str, language: str | None = None) -> OnNumber:
    """The recipient of a number, made where there is none. The caller holds the number's lock.

    `language`: what the sender said of them. It is taken for a new one only; an old one may have chosen.
    """
    row = (await ctx.connection.execute(_NEWEST, {"phone": phone})).first()
    if row is not None:
        return OnNumber(row.id, row.language)
    spoken = language or "en"
    values = {"phone": phone, "name": "", "language": spoken, "created_at": ctx.now}
    return OnNumber((await ctx.connection.execute(_NEW, values)).scalar_one(), spoken)
