"""Telling which stories a desk has open, and who else has them open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from care_console.contract.changes import ChangeKind
from care_console.contract.presence import GONE_AFTER_SECONDS, Doing, Here, Presence
from care_console.contract.roles import Role
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.presence.tables import presences
from care_console.service.recipients.tables import recipients
from care_console.service.staff.tables import sessions, staff

GONE_AFTER = timedelta(seconds=GONE_AFTER_SECONDS)


async def tell_presence(ctx: Context, stories: Mapping[int, Doing]) -> Presence:
    """Put down what this session has open, and say who else is there. Others hear of it only if it changed.

    No entry of the audit log: opening the story wrote one, and this is forgotten within a minute (see the
    decision on presence). For the same reason it does not wait for the disk.
    """
    await ctx.connection.execute(text("SET LOCAL synchronous_commit TO off"))
    before = await _told_before(ctx)
    known = await _known(ctx, stories)
    mine = presences.c.session_id == ctx.actor.session_id
    left = [recipient_id for recipient_id in before if recipient_id not in known]
    if left:
        await ctx.connection.execute(delete(presences).where(mine, presences.c.recipient_id.in_(left)))
    for recipient_id, doing in sorted(known.items()):
        await _put(ctx, recipient_id, doing, keeps=before.get(recipient_id) is doing)
    changed = left + [one for one, doing in known.items() if before.get(one) is not doing]
    for recipient_id in sorted(changed):
        await announce(ctx, ChangeKind.PRESENCE, recipient_id, recipient_id=recipient_id)
    return Presence(items=await _others(ctx, list(known)))


async def forget_presences(ctx: Context) -> int:
    """Delete what no desk has told for long; say how many rows."""
    old = presences.c.seen_at < ctx.now - GONE_AFTER
    return (await ctx.connection.execute(delete(presences).where(old))).rowcount


async def _told_before(ctx: Context) -> dict[int, Doing]:
    query = select(presences).where(presences.c.session_id == ctx.actor.session_id).with_for_update()
    rows = (await ctx.connection.execute(query)).all()
    return {row.recipient_id: Doing(row.doing) for row in rows if row.seen_at >= ctx.now - GONE_AFTER}


async def _known(ctx: Context, stories: Mapping[int, Doing]) -> dict[int, Doing]:
    """The stories that there are: a desk may have one open from before an import was undone."""
    if not stories:
        return {}
    query = select(recipients.c.id).where(recipients.c.id.in_(list(stories)))
    return {row.id: stories[row.id] for row in await ctx.connection.execute(query)}


async def _put(ctx: Context, recipient_id: int, doing: Doing, *, keeps: bool) -> None:
    new = insert(presences).values(
        session_id=ctx.actor.session_id,
        recipient_id=recipient_id,
        doing=doing.value,
        since=ctx.now,
        seen_at=ctx.now,
    )
    since = presences.c.since if keeps else new.excluded.since
    await ctx.connection.execute(
        new.on_conflict_do_update(
            index_elements=["session_id", "recipient_id"],
            set_={"doing": new.excluded.doing, "since": since, "seen_at": new.excluded.seen_at},
        )
    )


async def _others(ctx: Context, recipient_ids: list[int]) -> list[Here]:
    if not recipient_ids:
        return []
    query = (
        select(presences.c.recipient_id, presences.c.doing, presences.c.since, staff.c.login, staff.c.role)
        .join(sessions, sessions.c.id == presences.c.session_id)
        .join(staff, staff.c.id == sessions.c.staff_id)
        .where(
            presences.c.recipient_id.in_(recipient_ids),
            presences.c.session_id != ctx.actor.session_id,
            presences.c.seen_at >= ctx.now - GONE_AFTER,
            sessions.c.closed_at.is_(None),
        )
        .order_by(presences.c.since, presences.c.session_id)
        .limit(100)
    )
    return [
        Here(
            recipient_id=str(row.recipient_id),
            login=row.login,
            role=Role(row.role),
            doing=Doing(row.doing),
            since=row.since,
        )
        for row in await ctx.connection.execute(query)
    ]
