"""The callers that are open, at most five, each with its own timeline, place, selection and filter."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from care_console.contract.phone import display_phone
from care_console.contract.timeline import EntryKind
from care_console.desktop.queries.story import StoryView
from care_console.desktop.widgets.timeline.model import TimelineModel
from care_console.desktop.widgets.timeline.rows import Row

AT_MOST = 5
_RECENTS = 12


@dataclass(slots=True, eq=False)
class OpenCaller:
    """One open caller. What is read goes into `view` and `model`; the rest is where their reader left.

    `began`: since when the call lasts, by ``time.monotonic()``; `is_over`: it ended long ago, and only waits
    for its wrap-up. `begun`: reading began. `scroll_wanted`: where to scroll once the rows are there.
    `live`: of the rows that wait, the newest that somebody else made. `answered`: when the service last
    answered something done here, by ``time.monotonic()``.
    """

    recipient_id: str
    name: str
    phone: str
    model: TimelineModel
    view: StoryView | None = None
    cursor: str | None = None
    kinds: frozenset[EntryKind] = frozenset()
    scroll: int = 0
    scroll_wanted: int | None = None
    selected_key: str | None = None
    wanted_key: str | None = None
    trouble: str = ""
    reading: int = 0
    pending_seen: int = 0
    began: float = field(default_factory=time.monotonic)
    fronted: float = field(default_factory=time.monotonic)
    is_over: bool = False
    doubled: frozenset[str] = frozenset()
    live: Row | None = None
    answered: float = -math.inf
    begun: bool = False

    @property
    def shown_phone(self) -> str:
        """The phone as people write it."""
        return display_phone(self.phone)


@dataclass(frozen=True, slots=True)
class Recent:
    """Somebody who was open."""

    recipient_id: str
    name: str
    phone: str


class OpenCallers(QObject):
    """The open callers in the order in which they were opened, and which is in front."""

    front_changed = Signal()
    changed = Signal()
    gave_way = Signal(str)

    def __init__(self, parent: QObject | None = None, seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.seconds = seconds
        self.callers: list[OpenCaller] = []
        self.recents: list[Recent] = []
        self.front: OpenCaller | None = None

    def get(self, recipient_id: str) -> OpenCaller | None:
        """An open caller; None for one that is not open."""
        return next((caller for caller in self.callers if caller.recipient_id == recipient_id), None)

    def open(self, recipient_id: str, name: str, phone: str) -> tuple[OpenCaller, bool]:
        """Bring a caller to the front, opened if need be. Returns them, and whether they are new."""
        caller = self.get(recipient_id)
        is_new = caller is None
        if caller is None:
            if len(self.callers) >= AT_MOST:
                self._make_room()
            caller = self.add(recipient_id, name, phone)
        self.bring_to_front(caller)
        return caller, is_new

    def add(self, recipient_id: str, name: str, phone: str) -> OpenCaller:
        """One more open caller, behind the others; nothing is read of them before they come to the front."""
        caller = OpenCaller(recipient_id, name, phone, TimelineModel(self), began=self.seconds())
        self.callers.append(caller)
        self.recents = [recent for recent in self.recents if recent.recipient_id != recipient_id]
        self.changed.emit()
        return caller

    def bring_to_front(self, caller: OpenCaller | None) -> None:
        """Put a caller in front of the others."""
        if caller is not None:
            caller.fronted = time.monotonic()
        self.front = caller
        self.front_changed.emit()
        self.changed.emit()

    def step(self, by: int) -> None:
        """The next or the previous open caller, round and round."""
        if not self.callers or (self.front is not None and len(self.callers) < 2):
            return
        place = 0 if self.front is None else (self.callers.index(self.front) + by) % len(self.callers)
        self.bring_to_front(self.callers[place])

    def close(self, caller: OpenCaller) -> None:
        """Put a caller among the recent ones. What is half-filled for them is kept in the store."""
        self._forget(caller)
        if self.front is caller:
            newest = max(self.callers, key=lambda other: other.fronted, default=None)
            self.bring_to_front(newest)
        else:
            self.changed.emit()

    def clear(self) -> None:
        """Close everybody and forget who was open, as on signing out."""
        for caller in tuple(self.callers):
            self._forget(caller)
        self.recents = []
        self.bring_to_front(None)

    def remember(self, recipient_id: str, name: str, phone: str = "") -> None:
        """Put somebody among the recent ones who was not open here, since something waits for them."""
        if self.get(recipient_id) is None and all(one.recipient_id != recipient_id for one in self.recents):
            self.recents = [Recent(recipient_id, name, phone), *self.recents][:_RECENTS]
            self.changed.emit()

    def _make_room(self) -> None:
        oldest = min(self.callers, key=lambda caller: caller.fronted)
        self._forget(oldest)
        self.gave_way.emit(oldest.name or oldest.shown_phone)

    def _forget(self, caller: OpenCaller) -> None:
        self.callers.remove(caller)
        kept = Recent(caller.recipient_id, caller.name, caller.phone)
        self.recents = [kept, *self.recents][:_RECENTS]
        caller.model.deleteLater()
