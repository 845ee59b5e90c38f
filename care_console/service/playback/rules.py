"""What a recipient did with the page: opened it, played the message, heard so much of it.

Opening a link by itself is nothing of these: previewers and scanners do that (decision 0026).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, insert, select, update

from care_console.contract.audit import Action
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce_message
from care_console.service.foundation.statements import Query
from care_console.service.links.tables import links
from care_console.service.messages.tables import messages
from care_console.service.playback.tables import plays, visits


@dataclass(frozen=True, slots=True)
class Link:
    """Whose a link is, and how long its message is, in seconds."""

    message_id: int
    recipient_id: int
    seconds: int


ONE_VISIT = timedelta(minutes=30)
"""Coming back within this is the same visit."""

ONE_PLAY = timedelta(minutes=4)
"""Sound asked for from its start within this is the same play: players ask for pieces, and ask again. Twice
the longest message."""


_LOCK = Query(
    select(links.c.message_id, links.c.recipient_id, messages.c.seconds)
    .join(messages, messages.c.id == links.c.message_id)
    .where(links.c.id == bindparam("link"))
    .with_for_update(of=messages, key_share=True)
)
_VISITED = Query(
    select(visits.c.id)
    .where(
        visits.c.link_id == bindparam("link"),
        visits.c.at > bindparam("since"),
        visits.c.message_id == bindparam("message"),
    )
    .limit(1)
)
_VISIT = Query(insert(visits))
_OF_MESSAGE = plays.c.message_id == bindparam("message")
_LATELY = plays.c.played_at > bindparam("since")
_PLAYED = Query(select(plays.c.id).where(_OF_MESSAGE, _LATELY).limit(1))
_PLAY = Query(insert(plays))
_HEARD = func.greatest(plays.c.seconds_played, bindparam("heard", type_=Integer()))
_REPORTED = Query(
    update(plays)
    .where(plays.c.report_key == bindparam("key"), _OF_MESSAGE)
    .values(seconds_played=_HEARD)
    .returning(plays.c.id)
)
_NAMELESS = (
    select(plays.c.id)
    .where(_OF_MESSAGE, plays.c.report_key.is_(None), plays.c.imported.is_(False), _LATELY)
    .order_by(plays.c.id.desc())
    .limit(1)
    .correlate(None)
    .scalar_subquery()
)
_NAMED = Query(
    update(plays)
    .where(plays.c.id == _NAMELESS)
    .values(report_key=bindparam("key"), seconds_played=_HEARD)
    .returning(plays.c.id)
)


async def opened(ctx: Context, link_id: int) -> None:
    """A person did something on the page: touched it, paid, or played."""
    link = await _lock(ctx, link_id)
    asked = {"link": link_id, "message": link.message_id, "since": ctx.now - ONE_VISIT}
    if (await ctx.connection.execute(_VISITED, asked)).first() is not None:
        return
    values = {"link_id": link_id, "message_id": link.message_id, "recipient_id": link.recipient_id}
    await ctx.connection.write(_VISIT, {**values, "at": ctx.now})
    await record(ctx, Action.PAGE_OPENED, f"link:{link_id}", details={"message": str(link.message_id)})
    await announce_message(ctx, link.message_id, link.recipient_id)


async def started(ctx: Context, link_id: int) -> None:
    """The sound was asked for from its start. With scripts off this is all that is ever known of a play."""
    link = await _lock(ctx, link_id)
    asked = {"message": link.message_id, "since": ctx.now - ONE_PLAY}
    if (await ctx.connection.execute(_PLAYED, asked)).first() is not None:
        return
    values = {"message_id": link.message_id, "recipient_id": link.recipient_id, "played_at": ctx.now}
    await ctx.connection.write(_PLAY, {**values, "seconds_played": 0})
    await record(ctx, Action.PLAY_STARTED, f"message:{link.message_id}", details={"link": str(link_id)})
    await announce_message(ctx, link.message_id, link.recipient_id)


async def reported(ctx: Context, link_id: int, key: UUID, seconds: int) -> None:
    """The page says how many seconds of the message were heard in one play, which it names by `key`.

    Never more than the message has, and never less than was reported before: reports may overtake each other.
    """
    link = await _lock(ctx, link_id)
    heard = max(0, min(seconds, link.seconds))
    asked = {"key": key, "message": link.message_id, "heard": heard}
    if (await ctx.connection.execute(_REPORTED, asked)).first() is None:
        await _take_name(ctx, link.message_id, link.recipient_id, key, heard)
    details: dict[str, Json] = {"link": str(link_id), "seconds": heard}
    await record(ctx, Action.PLAY_REPORTED, f"message:{link.message_id}", details=details)
    await announce_message(ctx, link.message_id, link.recipient_id)


async def _take_name(ctx: Context, message_id: int, recipient_id: int, key: UUID, heard: int) -> None:
    """The first report of a play: the one that asked for the sound, or one from the phone's memory."""
    asked = {"key": key, "message": message_id, "heard": heard, "since": ctx.now - ONE_PLAY}
    if (await ctx.connection.execute(_NAMED, asked)).first() is None:
        values = {"message_id": message_id, "recipient_id": recipient_id, "report_key": key}
        await ctx.connection.write(_PLAY, {**values, "played_at": ctx.now, "seconds_played": heard})


async def _lock(ctx: Context, link_id: int) -> Link:
    """Whose link it is, the message's row held: two reports at once come one after the other."""
    row = (await ctx.connection.execute(_LOCK, {"link": link_id})).one()
    return Link(row.message_id, row.recipient_id, row.seconds)
