"""Finding and opening: from words, a hit, a list or a number to the caller in front."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind, SearchHit
from care_console.contract.timeline import EntryKind
from care_console.desktop.screens.wrap_up.call import Call
from care_console.desktop.shell import keys
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.tokens import Tone

_ROW_OF_HIT = {HitKind.MESSAGE: EntryKind.MESSAGE, HitKind.CHARGE: EntryKind.CHARGE}


class Opening(QObject):
    """Opens, changes and closes callers."""

    def __init__(self, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        parts.finder.opened.connect(self.open_hit)
        parts.callers.gave_way.connect(self._gave_way)
        parts.frame.callers.chosen.connect(self._choose)
        parts.frame.story.person_chosen.connect(self._person_chosen)
        parts.side.wrapped.connect(self.wrapped_up)

    def find(self) -> None:
        """Go to the find box, ready to type over what stands there."""
        box = self._parts.frame.top.find_box
        box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        box.selectAll()
        self._parts.hits.offer()

    def open_caller(self, recipient_id: str, name: str, phone: str, wanted_key: str | None = None) -> None:
        """Open a caller's story, at a row if one is named."""
        caller, is_new = self._parts.callers.open(recipient_id, name, phone)
        caller.wanted_key = wanted_key
        if is_new:
            self._parts.reader.read(caller)
        elif wanted_key is not None:
            self._parts.frame.story.page_read()
            if caller.wanted_key is not None:
                self._parts.reader.read_page(caller)
        self._to_timeline()

    def open_hit(self, hit: SearchHit) -> None:
        """Open whom a hit is about, at the row that it names."""
        kind = _ROW_OF_HIT.get(hit.kind)
        self.open_caller(hit.recipient_id, hit.name, hit.phone, f"{kind}:{hit.id}" if kind else None)

    def step(self, by: int) -> None:
        """The next open caller (1) or the one before (-1)."""
        self._parts.callers.step(by)
        if self._parts.callers.front is not None:
            self._to_timeline()

    def close_front(self) -> None:
        """Put the caller in front among the recent ones."""
        front = self._parts.callers.front
        if front is not None:
            self._parts.frame.story.leave()
            self._parts.side.closing()
            self._parts.callers.close(front)

    def wrapped_up(self, call: Call) -> None:
        """A call is stored: its caller makes room, and the next one can be found."""
        parts, caller = self._parts, self._parts.callers.get(call.recipient_id)
        if caller is None:
            return
        parts.frame.story.leave()
        parts.side.wrapped_up(call.recipient_id)
        parts.callers.close(caller)
        who = call.name or display_phone(call.phone)
        parts.say(Notice(f"{who}: wrapped up. It is kept, and on its way.", Tone.GOOD, about="wrapped up"))
        if parts.callers.front is None:
            self.find()
        else:
            self._to_timeline()

    def offered(self, calls: int) -> None:
        """Calls of before the desk was closed are open again, or under Recent: say so, and what to do."""
        which = "1 call was" if calls == 1 else f"{calls} calls were"
        sentence = (
            f"{which} not wrapped up when the desk was closed. They are at the left as they were left; "
            f"{keys.shown('wrap_up')} wraps up the one in front."
        )
        self._parts.say(Notice(sentence, Tone.WARN, about="not wrapped up"))

    def _choose(self, recipient_id: str) -> None:
        callers = self._parts.callers
        recent = next((one for one in callers.recents if one.recipient_id == recipient_id), None)
        caller = callers.get(recipient_id)
        if caller is not None:
            callers.bring_to_front(caller)
            self._to_timeline()
        elif recent is not None:
            self.open_caller(recent.recipient_id, recent.name, recent.phone)

    def _person_chosen(self, recipient_id: str) -> None:
        front = self._parts.callers.front
        if front is not None and front.view is not None:
            people = {person.id: person.name for person in front.view.story.on_this_number}
            self.open_caller(recipient_id, people.get(recipient_id, ""), front.phone)

    def _gave_way(self, who: str) -> None:
        sentence = f"{who} went to Recent, since five are open. What was half-filled is kept."
        self._parts.say(Notice(sentence, about="room"))

    def _to_timeline(self) -> None:
        self._parts.frame.story.timeline.setFocus(Qt.FocusReason.OtherFocusReason)
