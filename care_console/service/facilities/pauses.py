"""Pausing a facility or a number, and asking whether one is paused.

A pause of a number is made under the number's lock, and one of a facility under its row's: whoever holds the
same lock and finds no pause may go on until their own commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, insert, literal, select, tuple_, update

from care_console.contract.audit import Action
from care_console.contract.base import Page
from care_console.contract.changes import ChangeKind
from care_console.contract.pauses import Pause
from care_console.contract.problems import ProblemType
from care_console.service.audit.rules import record
from care_console.service.consent.rules import lock_number
from care_console.service.facilities.tables import facilities, pauses, senders
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.foundation.statements import Query
from care_console.service.messages.tables import messages
from care_console.service.recipients.news import announce_people_on

_LASTS = pauses.c.ended_at.is_(None)
_HELD = Query(select(facilities.c.id).where(facilities.c.id == bindparam("id")).with_for_update(read=True))
_FACILITY_IS = Query(select(exists().where(_LASTS, pauses.c.facility_id == bindparam("id"))))
_NUMBER_IS = Query(select(exists().where(_LASTS, pauses.c.phone == bindparam("phone"))))
_OF_MESSAGE = (
    select(senders.c.facility_id)
    .join(messages, messages.c.sender_id == senders.c.id)
    .where(messages.c.id == bindparam("message"))
    .scalar_subquery()
)
_TEXT_IS = Query(
    select(
        exists().where(_LASTS, (pauses.c.phone == bindparam("phone")) | (pauses.c.facility_id == _OF_MESSAGE))
    )
)


async def pause_number(ctx: Context, phone: str, reason: str) -> Pause:
    """Pause a number, known or not: no text goes to it but answers, and no recording for it is taken."""
    await lock_number(ctx, phone)
    return await _begin(ctx, pauses.c.phone == phone, reason, phone=phone)


async def pause_facility(ctx: Context, facility_id: int, reason: str) -> Pause:
    """Pause a facility: no recording of its is taken, and texts of its messages wait."""
    query = select(facilities.c.id).where(facilities.c.id == facility_id).with_for_update()
    if (await ctx.connection.execute(query)).first() is None:
        raise not_found("facility", facility_id)
    return await _begin(ctx, pauses.c.facility_id == facility_id, reason, facility_id=facility_id)


async def end_pause(ctx: Context, pause_id: int) -> Pause:
    """End a pause; one that has ended stays as it was. What waited goes on within minutes."""
    query = select(pauses).where(pauses.c.id == pause_id).with_for_update()
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise not_found("pause", pause_id)
    if row.ended_at is None:
        values = {"ended_at": ctx.now, "ended_by": ctx.actor.name}
        await ctx.connection.execute(update(pauses).where(pauses.c.id == pause_id).values(values))
        await record(ctx, Action.PAUSE_ENDED, f"pause:{pause_id}", details=_details(row))
        await _announce(ctx, row)
    return await read_pause(ctx, pause_id)


async def read_pause(ctx: Context, pause_id: int) -> Pause:
    """One pause, whether it lasts or not."""
    return (await _read(ctx, pauses.c.id == pause_id, 1))[0]


@dataclass(frozen=True, slots=True)
class PausesOf:
    """Whose pauses: of one number (E.164), of one facility, or of all."""

    phone: str | None = None
    facility_id: int | None = None

    def condition(self) -> ColumnElement[bool]:
        """As a condition on the table."""
        wanted: ColumnElement[bool] = _LASTS
        if self.phone is not None:
            wanted &= pauses.c.phone == self.phone
        if self.facility_id is not None:
            wanted &= pauses.c.facility_id == self.facility_id
        return wanted


async def pauses_page(ctx: Context, whose: PausesOf, cursor: str | None, limit: int) -> Page[Pause]:
    """One page of what is paused now, the newest first."""
    wanted = whose.condition()
    if cursor is not None:
        at, row_id = decode_cursor(cursor, int)
        wanted &= tuple_(pauses.c.since, pauses.c.id) < tuple_(literal(at), literal(row_id))
    found = await _read(ctx, wanted, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=found[:limit],
        next_cursor=encode_cursor(last.since, int(last.id)) if last is not None else None,
    )


async def pause_of(ctx: Context, whose: PausesOf) -> Pause | None:
    """The newest pause of those; None where none lasts."""
    return next(iter(await _read(ctx, whose.condition(), 1)), None)


async def facility_is_paused(ctx: Context, facility_id: int) -> bool:
    """Whether a facility is paused. Certain until the end of the transaction, which holds its row."""
    of = {"id": facility_id}
    _, found = await ctx.connection.together((_HELD, of), (_FACILITY_IS, of))
    return bool(found.scalar_one())


async def number_is_paused(ctx: Context, phone: str) -> bool:
    """Whether a number is paused. The caller holds the number's lock where it must stay so."""
    return bool((await ctx.connection.execute(_NUMBER_IS, {"phone": phone})).scalar_one())


async def text_is_paused(ctx: Context, phone: str, message_id: int | None) -> bool:
    """Whether a text must wait: its number is paused, or the facility that its message came from."""
    if message_id is None:
        return await number_is_paused(ctx, phone)
    return bool(
        (await ctx.connection.execute(_TEXT_IS, {"phone": phone, "message": message_id})).scalar_one()
    )


async def _begin(ctx: Context, whose: ColumnElement[bool], reason: str, **what: Any) -> Pause:
    if (await ctx.connection.execute(select(exists().where(_LASTS, whose)))).scalar_one():
        raise Problem(
            ProblemType.ALREADY_PAUSED,
            HTTPStatus.CONFLICT,
            "It is paused already. Nothing was changed. Look at the pause that lasts.",
        )
    values = {**what, "reason": reason, "since": ctx.now, "actor": ctx.actor.name}
    inserted = await ctx.connection.execute(insert(pauses).values(values).returning(pauses))
    row = inserted.one()
    await record(ctx, Action.PAUSED, f"pause:{row.id}", details=_details(row))
    await _announce(ctx, row)
    return await read_pause(ctx, row.id)


def _details(row: Any) -> dict[str, str]:
    """What was paused, for the entry, which is the evidence of it; why is in the pause's own row."""
    return {"facility": str(row.facility_id)} if row.phone is None else {"phone": row.phone}


async def _announce(ctx: Context, pause: Any) -> None:
    """Tell whoever looks at pauses, and whoever looks at somebody whose texts wait for it or go again."""
    await announce(ctx, ChangeKind.PAUSE, pause.id)
    if pause.phone is not None:
        await announce_people_on(ctx, pause.phone)
    else:
        await announce(ctx, ChangeKind.FACILITY, pause.facility_id)


async def _read(ctx: Context, which: ColumnElement[bool], limit: int) -> list[Pause]:
    query = (
        select(pauses, facilities.c.name.label("facility_name"), facilities.c.state.label("facility_state"))
        .outerjoin(facilities, facilities.c.id == pauses.c.facility_id)
        .where(which)
        .order_by(pauses.c.since.desc(), pauses.c.id.desc())
        .limit(limit)
    )
    return [
        Pause(
            id=str(row.id),
            facility_id=None if row.facility_id is None else str(row.facility_id),
            facility_name=row.facility_name,
            facility_state=row.facility_state,
            phone=row.phone,
            reason=row.reason,
            since=row.since,
            actor=row.actor,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
        )
        for row in await ctx.connection.execute(query)
    ]
