"""The opt-out log: its pages, and how many rows a filter holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_

from care_console.contract.base import CountedPage
from care_console.contract.consent import ConsentChannel, ConsentState, OptOut
from care_console.service.consent.tables import consent_events as events
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor

_KIND_OF_STATE = {ConsentState.OPTED_OUT: "opt_out", ConsentState.HELD: "hold"}
_STATE_OF_KIND = {kind: state for state, kind in _KIND_OF_STATE.items()}


@dataclass(frozen=True, slots=True)
class OptOutFilter:
    """What rows are wanted: from `since` on, before `until`, and of one channel, person or state."""

    since: datetime | None = None
    until: datetime | None = None
    channel: ConsentChannel | None = None
    actor: str | None = None
    state: ConsentState | None = None


async def opt_out_page(
    ctx: Context, wanted: OptOutFilter, cursor: str | None, limit: int
) -> CountedPage[OptOut]:
    """One page, newest first, and the exact number of rows in the filter."""
    conditions = _conditions(wanted)
    total = await ctx.connection.execute(select(func.count()).select_from(events).where(*conditions))
    query = _rows(conditions)
    if cursor is not None:
        at, row = decode_cursor(cursor, int)
        query = query.where(tuple_(events.c.effective_at, events.c.id) < tuple_(literal(at), literal(row)))
    rows = (await ctx.connection.execute(query.limit(limit + 1))).all()
    items = [_opt_out(row) for row in rows[:limit]]
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    next_cursor = encode_cursor(last.effective_at, last.id) if last is not None else None
    return CountedPage[OptOut](items=items, next_cursor=next_cursor, total=total.scalar_one())


def _conditions(wanted: OptOutFilter) -> Sequence[ColumnElement[bool]]:
    kinds = [_KIND_OF_STATE[wanted.state]] if wanted.state in _KIND_OF_STATE else list(_STATE_OF_KIND)
    conditions = [or_(*(events.c.kind == kind for kind in kinds))]
    if wanted.since is not None:
        conditions.append(events.c.effective_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(events.c.effective_at < wanted.until)
    if wanted.channel is not None:
        conditions.append(events.c.channel == wanted.channel.value)
    if wanted.actor is not None:
        conditions.append(events.c.actor == wanted.actor)
    return conditions


def _rows(conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return select(events).where(*conditions).order_by(events.c.effective_at.desc(), events.c.id.desc())


def _opt_out(row: Any) -> OptOut:
    return OptOut(
        id=str(row.id),
        phone=row.phone,
        state=_STATE_OF_KIND[row.kind],
        channel=ConsentChannel(row.channel),
        words=row.words,
        received_at=row.received_at,
        effective_at=row.effective_at,
        actor=row.actor,
        scope=row.scope,
        texts_cancelled=row.texts_cancelled,
    )
