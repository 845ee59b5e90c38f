"""What is read of sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from care_console.service.foundation.context import Context
from care_console.service.staff.tables import sessions


async def session_ends_at(ctx: Context) -> datetime:
    """When the session that asks ends, whatever is refreshed."""
    query = select(sessions.c.ends_at).where(sessions.c.id == ctx.actor.session_id)
    ends_at: datetime = (await ctx.connection.execute(query)).scalar_one()
    return ends_at
