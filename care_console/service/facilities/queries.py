"""The facilities by name, a page at a time, each with the pause of it that lasts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, select, tuple_

from care_console.contract.base import Page
from care_console.contract.facilities import ListedFacility
from care_console.contract.pauses import Pause
from care_console.service.facilities.tables import facilities, pauses
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_row_cursor, encode_row_cursor

_IN_ORDER = (func.lower(facilities.c.name), facilities.c.id)


async def facilities_page(ctx: Context, words: str, cursor: str | None, limit: int) -> Page[ListedFacility]:
    """One page of the facilities in whose names all of the words begin one; of all of them for no words."""
    query = _with_pauses().order_by(*_IN_ORDER).limit(limit + 1)
    if words:
        # by the names' index; words that hold no letter and no figure are nobody's name
        query = query.where(facilities.c.name_lexemes.op("@@")(func.name_query(words, ":*")))
    if cursor is not None:
        after = select(*_IN_ORDER).where(facilities.c.id == decode_row_cursor(cursor)).scalar_subquery()
        query = query.where(tuple_(*_IN_ORDER) > after)
    rows = (await ctx.connection.execute(query)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[_listed(row) for row in rows[:limit]],
        next_cursor=encode_row_cursor(last.id) if last is not None else None,
    )


def _with_pauses() -> Select[Any]:
    lasts = and_(pauses.c.facility_id == facilities.c.id, pauses.c.ended_at.is_(None))
    told = (pauses.c.id.label("pause_id"), pauses.c.reason, pauses.c.since, pauses.c.actor)
    return select(facilities, *told).outerjoin(pauses, lasts)


def _listed(row: Any) -> ListedFacility:
    paused = None
    if row.pause_id is not None:
        paused = Pause(
            id=str(row.pause_id),
            facility_id=str(row.id),
            facility_name=row.name,
            facility_state=row.state,
            reason=row.reason,
            since=row.since,
            actor=row.actor,
        )
    return ListedFacility(
        id=str(row.id),
        imported_id=row.imported_id,
        name=row.name,
        state=row.state,
        timezone=row.timezone,
        paused=paused,
    )
