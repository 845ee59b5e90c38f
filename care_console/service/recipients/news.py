"""Telling the desks of what happened to a number: each story of a person on it has changed."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce_stories
from care_console.service.foundation.statements import Query
from care_console.service.recipients.tables import recipients

_ON_NUMBER = Query(select(recipients.c.id).where(recipients.c.phone == bindparam("phone")))


async def announce_people_on(ctx: Context, phone: str) -> None:
    """Tell the desks at commit that the story of each recipient on a number has changed."""
    found = await ctx.connection.execute(_ON_NUMBER, {"phone": phone})
    await announce_stories(ctx, found.scalars())
