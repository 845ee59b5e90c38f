"""A recipient's timeline, page by page, newest first."""

from __future__ import annotations

from collections.abc import Collection

from care_console.contract.timeline import EntryKind, TimelinePage
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk
from care_console.desktop.queries.kept import read_or_kept

PAGE = 50
_given: dict[frozenset[str], set[str]] = {}


async def page(
    desk: Desk,
    recipient_id: str,
    kinds: Collection[EntryKind] = (),
    cursor: str | None = None,
    limit: int = PAGE,
) -> TimelinePage:
    """One page; no kinds means all. Without the service: the newest page as last read, and no more after it.

    Raises BackendFailure.
    """
    place = path("recipients", recipient_id, "timeline")
    if cursor is None and not kinds:
        kept = await read_or_kept(desk, "timeline", recipient_id, place, TimelinePage, {"limit": limit})
        reply = kept.reply.model_copy(update={"next_cursor": None}) if kept.stale else kept.reply
        return _lean(reply)
    params = {"kinds": ",".join(sorted(kinds)) or None, "cursor": cursor, "limit": limit}
    return _lean(await desk.backend.get(place, TimelinePage, params))


def _lean(read: TimelinePage) -> TimelinePage:
    """The page, its entries sharing the set that says which of their fields were given.

    Each would hold one of its own, of 700 bytes: 10 MB of the longest story.
    """
    for entry in read.items:
        given = entry.model_fields_set
        object.__setattr__(entry, "__pydantic_fields_set__", _given.setdefault(frozenset(given), given))
    return read
