"""Telling the desks of what happened to a number: each story of a person on it has changed."""

from __future__ import annotations

from sqlalchemy import select

from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce_stories
from care_console.service.recipients.tables import recipients


async def announce_people_on(ctx: Context, phone: str) -> None:
    """Tell the desks at commit that the story of each recipient on a number has changed."""
    found = await ctx.connection.execute(select(recipients.c.id).where(recipients.c.phone == phone))
    await announce_stories(ctx, found.scalars())
