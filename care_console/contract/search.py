"""Finding a caller: one box, hits with the reason of each."""

from __future__ import annotations

from enum import StrEnum

from care_console.contract.base import Reply


class HitKind(StrEnum):
    """What a hit is; opening any of them opens the recipient's story, at that row."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    CHARGE = "charge"


class SearchHit(Reply):
    """One thing found. `why` says what of it matched, in words: ``last 4 digits of the phone``."""

    kind: HitKind
    id: str
    recipient_id: str
    title: str
    detail: str
    why: str
    phone: str
    name: str
    language: str


class SearchReply(Reply):
    """Hits, best first. `understood` says how the words were read: ``phone ending 0142``.

    `not_found`: where there are no hits, what was looked for, in a sentence; empty where nothing was.
    """

    items: list[SearchHit]
    next_cursor: str | None = None
    understood: list[str]
    not_found: str = ""
