"""The timeline of a recipient: every kind of entry from its own index, merged, a page at a time.

Each kind gives at most one page from where the cursor stands, newest first; the union of them is ordered and
cut to one page. So a page costs the same at any depth, whoever the recipient is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import TextClause, text

from care_console.contract.audit import Action
from care_console.contract.timeline import EntryKind, TimelineEntry, TimelinePage
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor
from care_console.service.foundation.problems import not_found
from care_console.service.recipients.timeline_kinds import BRANCHES

_ENTRY: TypeAdapter[TimelineEntry] = TypeAdapter(TimelineEntry)
_FIRST_KEY = "\x7f"  # after every kind and id in byte order: the page begins with all of its moment
_END_OF_TIME = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


async def timeline_page(
    ctx: Context, recipient_id: int, kinds: Iterable[EntryKind], cursor: str | None, limit: int
) -> TimelinePage:
    """One page, newest first; every kind where none is named. Writes its audit entry."""
    query = text("SELECT phone FROM recipients WHERE id = :id")
    phone = (await ctx.connection.execute(query, {"id": recipient_id})).scalar_one_or_none()
    if phone is None:
        raise not_found("recipient", recipient_id)
    at, key = _place(cursor)
    wanted = [kind for kind in (tuple(kinds) or tuple(EntryKind)) if kind in BRANCHES]
    rows: list[Any] = []
    if wanted:
        place = {"recipient": recipient_id, "phone": phone, "at": at, "key": key, "most": limit + 1}
        rows = list((await ctx.connection.execute(_page_query(wanted), place)).all())
    items = [_ENTRY.validate_python(row.entry) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    details: dict[str, Json] = {"entries": len(items), "kinds": [kind.value for kind in wanted]}
    await record(ctx, Action.TIMELINE_READ, f"recipient:{recipient_id}", details=details)
    next_cursor = encode_cursor(last.at, last.key) if last is not None else None
    return TimelinePage(items=items, next_cursor=next_cursor)


def _page_query(kinds: Iterable[EntryKind]) -> TextClause:
    branches = " UNION ALL ".join(f"({_branch(kind)})" for kind in kinds)
    return text(  # put together of our own constants only
        f'SELECT at, key, entry FROM ({branches}) AS page ORDER BY at DESC, key COLLATE "C" DESC LIMIT :most'
    )


def _branch(kind: EntryKind) -> str:
    """One kind's rows from the cursor on, in its index's order: `at` first, equal moments by kind and id."""
    branch = BRANCHES[kind]
    key = f"'{kind.value}/' || lpad(({branch.id})::text, 36, '0')"
    return (
        f"SELECT {branch.at} AS at, {key} AS key, "
        f"jsonb_build_object('kind', '{kind.value}', 'id', ({branch.id})::text, 'at', {branch.at}, "
        f"{branch.fields}) AS entry FROM {branch.source} "
        f"WHERE {branch.where} AND {branch.at} <= :at "
        f'AND ({branch.at} < :at OR ({key}) COLLATE "C" < :key) '
        f'ORDER BY {branch.at} DESC, ({key}) COLLATE "C" DESC LIMIT :most'
    )


def _place(cursor: str | None) -> tuple[datetime, str]:
    if cursor is None:
        return _END_OF_TIME, _FIRST_KEY
    return decode_cursor(cursor, str)
