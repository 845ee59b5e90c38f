"""One call with one caller, from its first story to its wrap-up: said, done, written. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from care_console.contract.contacts import CallReason, Disposition
from care_console.contract.recipients import OpenMessage
from care_console.desktop.screens.wrap_up.deeds import Deed, deed_from_json, disposition_of
from care_console.desktop.screens.wrap_up.wording import write_note


@dataclass(slots=True, eq=False)
class Call:
    """`chosen`: the disposition that its person chose over what follows from the deeds; `over_at`: when it

    ended, where that is not now. `panel` stands half-filled. `by`: whose call it is, a login.
    `call_id`: what the telephone calls it. `is_restored`: what was kept of it before was read.
    """

    recipient_id: str
    name: str = ""
    phone: str = ""
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    over_at: datetime | None = None
    reason: CallReason | None = None
    message: OpenMessage | None = None
    deeds: list[Deed] = field(default_factory=list)
    chosen: Disposition | None = None
    note: str = ""
    panel: str = ""
    call_id: str | None = None
    by: str = ""
    is_restored: bool = False
    _found: dict[str, OpenMessage] = field(default_factory=dict)
    _told: list[str] = field(default_factory=list)
    _is_own: bool = False

    @property
    def disposition(self) -> Disposition:
        """What came of it."""
        return self.chosen or disposition_of(self.reason, self.deeds)

    @property
    def is_touched(self) -> bool:
        """Whether anything was said, done or written in it."""
        return bool(self.reason or self.deeds or self.note.strip())

    def about(self, reason: CallReason | None, message: OpenMessage | None) -> bool:
        """What was said, and the message that it is about, as it was found. False for no news.

        What is done on the call changes the verdict; the note tells why it was done.
        """
        if message is not None:
            if not self.deeds:
                self._found[message.id] = message
            message = self._found.setdefault(message.id, message)
        is_news = (self.reason, self.message) != (reason, message)
        self.reason, self.message = reason, message
        return is_news

    def add(self, deed: Deed) -> bool:
        """Something was done; told again, it takes the place of what was told before. False for no news."""
        for place, known in enumerate(self.deeds):
            if known.id == deed.id:
                self.deeds[place] = deed
                return known != deed
        self.deeds.append(deed)
        return True

    def edited(self, text: str) -> None:
        """Its person wrote in the note: from now on it is theirs, and only ever added to."""
        self.note = text
        self._is_own = bool(text.strip())

    def note_kept(self) -> None:
        """The note is stored by itself: what it told is not told again."""
        self._told += [deed.sentence for deed in self.deeds]
        self.note, self._is_own = "", True

    def rewritten(self, now: datetime) -> str:
        """The note with what is known now."""
        fresh = [deed.sentence for deed in self.deeds if deed.sentence not in self._told]
        if self._is_own:
            self.note = " ".join([self.note.rstrip(), *fresh]).strip()
        else:
            self.note = write_note(self.reason, self.message, self.deeds, now)
        self._told += fresh
        return self.note

    def to_json(self) -> dict[str, Any]:
        """For the draft."""
        return {
            "name": self.name,
            "phone": self.phone,
            "began_at": self.began_at.isoformat(),
            "reason": self.reason.value if self.reason else None,
            "deeds": [deed.to_json() for deed in self.deeds],
            "disposition": self.chosen.value if self.chosen else None,
            "note": self.note,
            "edited": self._is_own,
            "told": self._told,
            "panel": self.panel,
            "call_id": self.call_id,
            "found": [message.model_dump(mode="json") for message in self._found.values()],
            "by": self.by,
        }

    def take_up(self, kept: Mapping[str, Any], over_at: datetime | None) -> None:
        """Go on from a draft, or from a request that was refused. What was begun meanwhile is kept."""
        if kept.get("began_at"):
            self.began_at = min(self.began_at, datetime.fromisoformat(kept["began_at"]))
        self.over_at = datetime.fromisoformat(kept["ended_at"]) if kept.get("ended_at") else over_at
        self.reason = self.reason or (CallReason(kept["reason"]) if kept.get("reason") else None)
        deeds = [deed_from_json(one) for one in kept.get("deeds") or ()]
        for deed in deeds:
            if deed is not None and all(deed.id != known.id for known in self.deeds):
                self.deeds.append(deed)
        if kept.get("disposition"):
            self.chosen = self.chosen or Disposition(kept["disposition"])
        self.panel = self.panel or kept.get("panel") or ""
        self.call_id = self.call_id or kept.get("call_id")
        if self.deeds:
            for message in map(_message_from_json, kept.get("found") or ()):
                if message is not None:
                    self._found[message.id] = message
        if not self._is_own:
            self.note = kept.get("note") or ""
            # a refused request holds a note and nothing of how it came about
            self._is_own = bool(kept.get("edited", "ended_at" in kept)) and bool(self.note.strip())
            self._told = list(kept.get("told") or ())


def _message_from_json(kept: Any) -> OpenMessage | None:
    """A message as it was found; None where another version of the desk wrote what this one cannot read."""
    try:
        return OpenMessage.model_validate(kept)
    except ValidationError:
        return None
