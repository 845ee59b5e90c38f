"""Typing finds: each pause of 40 ms asks, late answers to older words are dropped, and "nobody" is said only
once the service has answered to the words that stand there now."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind, SearchHit
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.queries.find import FindAnswer
from care_console.desktop.shell.tasks import start

_US_PHONE = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
PAUSE_MS = 40
SPINNER_AFTER_MS = 150


class FindState(StrEnum):
    """What the list of hits shows."""

    EMPTY = "empty"
    LOOKING = "looking"
    FOUND = "found"
    NOBODY = "nobody"
    TROUBLE = "trouble"


class Person(NamedTuple):
    """Somebody who was open: id, name (may be empty), phone (E.164)."""

    recipient_id: str
    name: str
    phone: str


def _as_hit(person: Person) -> SearchHit:
    return SearchHit(
        kind=HitKind.RECIPIENT,
        id=person.recipient_id,
        recipient_id=person.recipient_id,
        title=person.name or display_phone(person.phone) or "No name on file",
        detail="",
        why="opened lately",
        phone=person.phone,
        name=person.name,
        language="",
    )


class Finder(QObject):
    """Asks and keeps the newest answer. `changed` fires when there is something else to show."""

    changed = Signal()
    opened = Signal(object)

    def __init__(self, ask: Callable[[str], Awaitable[FindAnswer]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._words = ""
        self._asked = 0
        self._answered = 0
        self._enter_waits = False
        self.answer = FindAnswer("", (), ())
        self.recents: tuple[SearchHit, ...] = ()
        self.trouble = ""
        self.slow = False
        self._pause = self._timer(PAUSE_MS, self._go)
        self._slow = self._timer(SPINNER_AFTER_MS, self._is_slow)

    @property
    def state(self) -> FindState:
        """What to show for the words that stand there now."""
        if not self._words:
            return FindState.EMPTY
        if self._looking:
            return FindState.LOOKING
        if self.trouble:
            return FindState.TROUBLE
        return FindState.FOUND if self.answer.hits else FindState.NOBODY

    @property
    def is_current(self) -> bool:
        """Whether the hits belong to the words that stand there now."""
        return bool(self._words) and not self._looking

    @property
    def unknown_phone(self) -> str | None:
        """The whole US number (E.164) that is typed, where it finds nobody or cannot be looked up now."""
        digits = re.sub(r"[\s().+-]", "", self._words).removeprefix("1")
        known = self.state not in (FindState.NOBODY, FindState.TROUBLE)
        return None if known or not _US_PHONE.fullmatch(digits) else f"+1{digits}"

    @property
    def _looking(self) -> bool:
        return self._pause.isActive() or self._answered < self._asked

    def type(self, words: str) -> None:
        """The words changed."""
        words = words.strip()
        if words == self._words:
            return
        self._words, self._enter_waits, self.slow, self.trouble = words, False, False, ""
        if not words:
            self._pause.stop()
            self._slow.stop()
            self._answered = self._asked
            self.answer = FindAnswer("", (), ())
        else:
            self._pause.start()
            if not self._slow.isActive():
                self._slow.start()
        self.changed.emit()

    def remember(self, people: Sequence[Person]) -> None:
        """Who was open lately, the newest first: what an empty box offers."""
        self.recents = tuple(map(_as_hit, people))

    def enter(self, chosen: SearchHit | None) -> None:
        """Enter was pressed. While the answer is still under way it counts once the answer is there."""
        if not self._words:
            if chosen in self.recents:
                self.opened.emit(chosen)
        elif self.is_current:
            hit = chosen or next(iter(self.answer.hits), None)
            if hit is not None:
                self.opened.emit(hit)
        else:
            self._enter_waits = True

    def stop(self) -> None:
        """Ask nothing more: the window is closing, and soon no loop runs that could take an answer."""
        self._pause.stop()
        self._slow.stop()

    def _go(self) -> None:
        self._asked += 1
        start(self._look(self._asked, self._words), "finding")

    async def _look(self, number: int, words: str) -> None:
        trouble, answer = "", FindAnswer(words, (), ())
        try:
            answer = await self._ask(words)
        except BackendFailure as failure:
            trouble = failure.sentence
        if number != self._asked or words != self._words:
            return
        self._answered, self.answer, self.trouble, self.slow = number, answer, trouble, False
        self._slow.stop()
        self.changed.emit()
        if self._enter_waits and self.is_current:
            self._enter_waits = False
            # Several may be meant; only one alone is opened unseen.
            if len(answer.hits) == 1:
                self.opened.emit(answer.hits[0])

    def _is_slow(self) -> None:
        if self._looking:
            self.slow = True
            self.changed.emit()

    def _timer(self, ms: int, slot: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(ms)
        made.timeout.connect(slot)
        return made
