"""What a page shows: the link behind a code as it was typed, and its message's facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from care_console.contract.consent import ConsentState
from care_console.contract.messages import LouderCopy, Verdict
from care_console.service.foundation.context import Context
from care_console.service.messages.diagnosis import flaw_of
from care_console.service.messages.facts import MessageFacts
from care_console.service.messages.facts_queries import facts_of_message
from care_console.service.payments.pages import open_page_of
from care_console.service.recordings.rules import louder_stands

LONGEST_TYPED = 80


class Standing(StrEnum):
    """Where a link stands."""

    LIVE = "live"
    ENDED = "ended"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link that somebody holds, and what is stored of its message's sound."""

    id: int
    code: str
    message_id: int
    expires_at: datetime
    revoked_at: datetime | None
    language: str
    phone: str
    facility_state: str
    playable_key: str | None
    playable_media_type: str | None
    mp3_key: str | None
    louder_key: str | None
    copy_lufs: float | None
    copies_given_up_at: datetime | None
    deleted_at: datetime | None

    def standing(self, now: datetime) -> Standing:
        """At a moment."""
        if self.revoked_at is not None and self.revoked_at <= now:
            return Standing.REPLACED
        return Standing.LIVE if now < self.expires_at else Standing.ENDED

    @property
    def has_sound(self) -> bool:
        """Whether there is something to play."""
        return self.playable_key is not None and self.deleted_at is None

    @property
    def louder(self) -> LouderCopy:
        """Whether there is a louder copy of it."""
        return louder_stands(self.louder_key, self.copy_lufs, self.copies_given_up_at)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A message as its page shows it."""

    link: PageLink
    message: MessageFacts
    standing: Standing
    card_page_is_open: bool

    @property
    def may_play(self) -> bool:
        """Whether it plays now."""
        return self.standing is Standing.LIVE and (bool(self.message.paid) or self.message.is_free)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to hear, whatever phone it is played on: no money is taken for that."""
        return not self.link.has_sound or flaw_of(self.message.sound) is Verdict.RECORDING_SILENT

    @property
    def is_for_sale(self) -> bool:
        """Whether it can be paid for now."""
        return self.standing is Standing.LIVE and not self.may_play and not self.is_silent


# The code as it stands, or the one that it is with its look-alikes mended (folded_code: migration 0003).
_FIND = text("""
    SELECT l.id, l.code, l.message_id, l.expires_at, l.revoked_at, r.language, r.phone,
        f.state AS facility_state, rec.playable_key, rec.playable_media_type, rec.mp3_key, rec.louder_key,
        rec.copy_lufs, rec.copies_given_up_at, rec.deleted_at
    FROM links l JOIN messages m ON m.id = l.message_id JOIN recipients r ON r.id = m.recipient_id
        JOIN senders s ON s.id = m.sender_id JOIN facilities f ON f.id = s.facility_id
        LEFT JOIN recordings rec ON rec.message_id = m.id
    WHERE folded_code(l.code) = folded_code(:typed)
    ORDER BY l.code <> :typed LIMIT 2
""")


async def find_link(ctx: Context, typed: str) -> PageLink | None:
    """The link of a code, however it was typed; None where there is none, or more than one it could be."""
    kept = "".join(character for character in typed if character.isascii() and character.isalnum())
    if not kept or len(typed) > LONGEST_TYPED:
        return None
    rows: list[Any] = list((await ctx.connection.execute(_FIND, {"typed": kept})).all())
    if len(rows) > 1 and rows[0].code != kept:
        return None
    return PageLink(**rows[0]._asdict()) if rows else None


async def read_page(ctx: Context, link: PageLink) -> PageFacts:
    """What the page of a link shows now."""
    facts = await facts_of_message(ctx, link.message_id, ConsentState.OPTED_IN)
    if facts is None:
        raise LookupError(f"link {link.id} leads to no message")
    is_open = await open_page_of(ctx, link.message_id) is not None
    return PageFacts(link, facts, link.standing(ctx.now), is_open)
