"""Links in, as a softphone opens them: `care-console://call?from=+12145550142&id=7f31` shows, and never acts.

`id`, which may be left out, is what the telephone calls the call: it goes into the record of the call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.queries.find import find
from care_console.desktop.shell import tasks
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.lock import Lock
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.opening import Opening
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.tokens import Tone

SCHEME = "care-console"
_LONGEST = 256
_CALL_ID = re.compile(r"[\w.:@+-]{1,128}", re.ASCII)
_US = re.compile(r"\+?1?([2-9][0-9]{2}[2-9][0-9]{6})")


class BadLink(ValueError):
    """A link that the desk does not take. Its text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class LinkedCall:
    """What a link says of a call. `phone`: E.164."""

    phone: str
    call_id: str | None = None


def call_of(link: str) -> LinkedCall:
    """The call that a link asks to be shown. Raises BadLink."""
    nothing = "Nothing was done."
    if len(link) > _LONGEST or not link.isprintable():
        raise BadLink(f"A link to the desk was not readable. {nothing}")
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        raise BadLink(f"A link to the desk was not readable. {nothing}") from None
    if parts.scheme.lower() != SCHEME:
        raise BadLink(f"A link that is not the desk's was opened with it. {nothing}")
    if parts.netloc.lower() != "call" or parts.path.strip("/") or parts.fragment:
        raise BadLink(f"A link asked for something other than showing a caller; links cannot. {nothing}")
    # By hand: in a form's encoding the plus would be a space, and softphones write it as it is.
    told = [field.partition("=") for field in parts.query.split("&") if field]
    fields = {name: unquote(value) for name, _, value in told}
    if len(fields) != len(told) or "from" not in fields or fields.keys() - {"from", "id"}:
        raise BadLink(
            f"A link to the desk must name one number, as in from=+12145550142, and may name the call's id. "
            f"{nothing}"
        )
    number = re.sub(r"[\s().-]", "", fields["from"])
    whole = _US.fullmatch(number) if number.isascii() else None
    if whole is None:
        raise BadLink(f"A link to the desk named no whole US number. {nothing}")
    call_id = fields.get("id")
    if call_id is not None and _CALL_ID.fullmatch(call_id) is None:
        raise BadLink(f"A link to the desk named a call by an id that is none. {nothing}")
    return LinkedCall(f"+1{whole[1]}", call_id)


class Links(QObject):
    """Shows the callers that links name. One that comes while nobody can look waits, the newest alone.

    `called` fires with a number and the id of the call with it, before it is shown.
    """

    called = Signal(str, str)

    def __init__(self, parts: Parts, opening: Opening, lock: Lock, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._parts, self._opening, self._lock, self._clock = parts, opening, lock, clock
        self._waits: LinkedCall | None = None
        self.close = parts.desk.changes.subscribe(self._heard)
        clock.ticked.connect(self._go_on)

    def take(self, link: str) -> None:
        """A link was opened; an empty one only asked for the window."""
        window = self._parts.frame.window()
        if window.isMinimized():
            window.showNormal()
        window.show()
        window.raise_()
        (QApplication.activeModalWidget() or window).activateWindow()
        if not link:
            return
        try:
            self._waits = call_of(link)
        except BadLink as bad:
            self._parts.say(Notice(str(bad), Tone.WARN, about="link"))
            return
        if not self._go_on() and self._parts.desk.session.state is SessionState.SIGNED_IN:
            shown = display_phone(self._waits.phone)
            self._parts.say(Notice(f"{shown} is shown once what is open is closed.", about="link"))

    def _go_on(self) -> bool:
        """Show who waits, if somebody can look now: signed in, not locked, no money under review."""
        signed_in = self._parts.desk.session.state is SessionState.SIGNED_IN
        if self._waits is None or not signed_in or self._lock.locked or QApplication.activeModalWidget():
            return False
        call, self._waits = self._waits, None
        if call.call_id is not None:
            self.called.emit(call.phone, call.call_id)
        tasks.start(self._show(call.phone), "opening a link")
        return True

    async def _show(self, phone: str) -> None:
        known = next((one for one in self._parts.callers.callers if one.phone == phone), None)
        if known is not None:
            self._opening.open_caller(known.recipient_id, known.name, known.phone)
            return
        try:
            answer = await find(self._parts.desk, phone)
        except BackendFailure as failure:
            self._to_find_box(phone)
            self._parts.say(Notice(failure.sentence, Tone.BAD, about="link"))
            return
        people = [hit for hit in answer.hits if hit.kind is HitKind.RECIPIENT and hit.phone == phone]
        if len(people) == 1:
            self._opening.open_hit(people[0])
        else:
            # Nobody, or several on one number: the person at the desk looks, and chooses.
            self._to_find_box(phone)

    def _to_find_box(self, phone: str) -> None:
        self._opening.find()
        self._parts.frame.top.find_box.setText(display_phone(phone))
        self._parts.finder.type(display_phone(phone))

    def _heard(self, change: Announcement) -> None:
        if change.kind in (LocalKind.SESSION, LocalKind.LOCK):
            self._go_on()
