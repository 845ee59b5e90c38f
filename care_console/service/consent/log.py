"""The opt-out log as SQL: what a filter holds, in which order, how many rows, and the evidence of each.

An index gives rows in the log's order only where all columns before the moment stand still. So a filter is
taken apart into at most ten branches (five channels, opt-outs and holds), each an index's own order, and the
database merges them: a page of any filter, at any depth, reads what it shows and one row more of each branch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Subquery,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)

from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.service.consent.tables import consent_events as events
from care_console.service.consent.tables import consent_states as states
from care_console.service.consent.tables import opt_out_tallies, opt_out_tallies_by_actor
from care_console.service.texting.tables import texts

KIND_OF_STATE = {ConsentState.OPTED_OUT: "opt_out", ConsentState.HELD: "hold"}
STATE_OF_KIND = {kind: state for state, kind in KIND_OF_STATE.items()}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OptOutFilter:
    """What rows are wanted: effective from `since` on and before `until`, of one channel, person (`actor`),
    state or number. `waiting`: only holds that still hold their number, one a number.
    """

    since: datetime | None = None
    until: datetime | None = None
    channel: ConsentChannel | None = None
    actor: str | None = None
    state: ConsentState | None = None
    phone: str | None = None
    waiting: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of which kinds the rows are. An opt-in is no row of this log."""
        if self.state is None:
            kinds = tuple(STATE_OF_KIND)
        else:
            kinds = (KIND_OF_STATE[self.state],) if self.state in KIND_OF_STATE else ()
        return tuple(kind for kind in kinds if kind == "hold") if self.waiting else kinds

    @property
    def channels(self) -> tuple[str, ...]:
        """Of which channels they are."""
        return tuple(ConsentChannel) if self.channel is None else (self.channel.value,)


def rows_of(
    wanted: OptOutFilter, after: tuple[datetime, int] | None = None, limit: int | None = None
) -> Select[Any]:
    """Rows of a filter, newest first, with their evidence: all, or the first `limit` of them.

    `after`: the moment and the id of the last row that was seen.
    """
    row = _merged(wanted, after, limit).subquery("log")
    rows = _with_evidence(row).order_by(row.c.effective_at.desc(), row.c.id.desc())
    return rows if limit is None else rows.limit(limit)


def one_row(event_id: int) -> Select[Any]:
    """One row of the log with its evidence."""
    row = select(events).where(events.c.id == event_id, events.c.kind.in_(STATE_OF_KIND)).subquery("log")
    return _with_evidence(row)


def count_of(wanted: OptOutFilter) -> ColumnElement[int]:
    """How many rows a filter holds: whole days from their tallies, the parts of days row by row."""
    if not wanted.kinds:
        return literal(0)
    if wanted.phone is not None or wanted.waiting:
        return _rows_in(wanted, wanted.since, wanted.until)
    if wanted.since is not None and wanted.since.date() == date.max:  # no midnight follows
        return _rows_in(wanted, wanted.since, wanted.until)
    first = _next_midnight(wanted.since) if wanted.since else None
    last = _midnight_before(wanted.until) if wanted.until else None
    if first is not None and last is not None and first >= last:
        return _rows_in(wanted, wanted.since, wanted.until)
    count = _tallied(wanted, first, last)
    if wanted.since is not None and wanted.since != first:
        count = count + _rows_in(wanted, wanted.since, first)
    if wanted.until is not None and wanted.until != last:
        count = count + _rows_in(wanted, last, wanted.until)
    return count


def _tallied(wanted: OptOutFilter, first: datetime | None, last: datetime | None) -> ColumnElement[int]:
    lines = opt_out_tallies if wanted.actor is None else opt_out_tallies_by_actor
    query = select(func.coalesce(func.sum(lines.c.n), 0)).where(lines.c.kind.in_(wanted.kinds))
    if first is not None:
        query = query.where(lines.c.day >= first.date())
    if last is not None:
        query = query.where(lines.c.day < last.date())
    if wanted.channel is not None:
        query = query.where(lines.c.channel == wanted.channel.value)
    if wanted.actor is not None:
        query = query.where(lines.c.actor == wanted.actor)
    return query.scalar_subquery()


def _rows_in(wanted: OptOutFilter, since: datetime | None, until: datetime | None) -> ColumnElement[int]:
    part = OptOutFilter(
        since, until, wanted.channel, wanted.actor, wanted.state, wanted.phone, wanted.waiting
    )
    rows = union_all(*_parts(part, None)).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


def _merged(
    wanted: OptOutFilter, after: tuple[datetime, int] | None, limit: int | None
) -> CompoundSelect[Any]:
    """Each branch in its index's order, and no more of it than the page: left to itself, the planner would
    rather read all of a large branch and sort it.
    """
    newest = [
        part.order_by(events.c.effective_at.desc(), events.c.id.desc()).limit(limit)
        for part in _parts(wanted, after)
    ]
    return union_all(*(part.subquery().select() for part in newest))


def _parts(wanted: OptOutFilter, after: tuple[datetime, int] | None) -> list[Select[Any]]:
    parts = [
        _bounded(select(events).select_from(source).where(*fixed), wanted, after)
        for source, fixed in _branches(wanted)
    ]
    return parts or [select(events).where(literal(False))]


def _branches(wanted: OptOutFilter) -> Iterator[tuple[FromClause, Sequence[ColumnElement[bool]]]]:
    """Where rows come from, and what stands still in each branch."""
    if not wanted.kinds:
        return
    of_kinds = events.c.kind.in_(_constants(wanted.kinds))
    if wanted.waiting:
        held = (states.c.event_id == events.c.id) & (states.c.state == ConsentState.HELD.value)
        yield events.join(states, held), [of_kinds, *_others(wanted)]
    elif wanted.phone is not None:
        yield events, [of_kinds, *_others(wanted)]
    elif wanted.channel is None and wanted.actor is None and wanted.state is None:
        yield events, [events.c.kind.in_(_constants(STATE_OF_KIND))]
    else:
        whose = [] if wanted.actor is None else [events.c.actor == wanted.actor]
        for channel, kind in product(wanted.channels, _constants(wanted.kinds)):
            yield events, [*whose, events.c.channel == channel, events.c.kind == kind]


def _constants(kinds: Iterable[str]) -> list[ColumnElement[str]]:
    """Our own words, written out: a plan made for any value could not use an index of these kinds alone."""
    return [literal_column(f"'{kind}'") for kind in kinds]


def _others(wanted: OptOutFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.channel is not None:
        yield events.c.channel == wanted.channel.value
    if wanted.actor is not None:
        yield events.c.actor == wanted.actor
    if wanted.phone is not None:
        yield events.c.phone == wanted.phone


def _bounded(query: Select[Any], wanted: OptOutFilter, after: tuple[datetime, int] | None) -> Select[Any]:
    if wanted.since is not None:
        query = query.where(events.c.effective_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(events.c.effective_at < wanted.until)
    if after is not None:
        at, event_id = after
        query = query.where(
            tuple_(events.c.effective_at, events.c.id) < tuple_(literal(at), literal(event_id))
        )
    return query


def _with_evidence(row: Subquery) -> Select[Any]:
    """Rows with the texts that belong to each, found by its number and moment: an index's first row each.

    The words came as the newest inbound text of the minute before. The confirmation is the first one after
    them, unless the number spoke again before it: then it is the later row's.
    """
    carriers_id = func.coalesce(texts.c.provider_id, func.concat("text:", texts.c.id))
    came = (
        select(carriers_id)
        .where(
            row.c.channel == ConsentChannel.SMS.value,
            texts.c.phone == row.c.phone,
            texts.c.direction == "in",
            texts.c.at <= row.c.received_at,
            texts.c.at >= row.c.received_at - timedelta(minutes=1),
        )
        .order_by(texts.c.at.desc(), texts.c.id.desc())
        .limit(1)
        .correlate(row)
        .scalar_subquery()
    )
    later = events.alias("later")
    spoke_before = (
        select(later.c.id)
        .where(
            later.c.phone == row.c.phone,
            later.c.effective_at > row.c.effective_at,
            later.c.effective_at <= texts.c.at,
        )
        .correlate(row, texts)
        .exists()
    )
    confirmed = (
        select(
            carriers_id.label("confirmation_id"),
            func.floor(func.extract("epoch", texts.c.at - row.c.received_at)).label("confirmation_seconds"),
        )
        .where(
            texts.c.phone == row.c.phone,
            texts.c.direction == "out",
            texts.c.kind == "stop_confirmation",
            texts.c.at >= row.c.received_at,
            texts.c.at < row.c.received_at + _DAY,
            ~spoke_before,
        )
        .order_by(texts.c.at, texts.c.id)
        .limit(1)
        .correlate(row)
        .lateral("confirmed")
    )
    return select(
        row,
        came.label("provider_message_id"),
        confirmed.c.confirmation_id,
        confirmed.c.confirmation_seconds,
    ).select_from(row.outerjoin(confirmed, true()))


def _midnight_before(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)


def _next_midnight(at: datetime) -> datetime:
    before = _midnight_before(at)
    return before if before == at else before + _DAY
