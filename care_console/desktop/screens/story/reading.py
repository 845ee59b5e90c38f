"""Reads stories and timelines into the open callers, and keeps them true as changes are announced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal

from care_console.contract.changes import ChangeKind
from care_console.contract.messages import Verdict
from care_console.contract.timeline import EntryKind, TimelineEntry, TimelinePage
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.queries import timeline
from care_console.desktop.queries.story import open_story
from care_console.desktop.screens.story.lines import row_of
from care_console.desktop.screens.story.live import newest_by_others
from care_console.desktop.screens.story.on_its_way import row_of_pending
from care_console.desktop.screens.story.open_callers import OpenCaller, OpenCallers
from care_console.desktop.shell.tasks import start
from care_console.desktop.widgets.timeline.rows import Row

_TOGETHER_MS = 60
_ANSWERED_LATELY_SECONDS = 3.0
_LARGEST_PAGE = 100
_PAGES_TO_LOOK_FOR_A_ROW = 10


class StoryReader(QObject):
    """Fills callers. `story_read` and `page_read` fire with the caller that has something new."""

    story_read = Signal(object)
    page_read = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, callers: OpenCallers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._callers = desk, callers
        self._stale: dict[str, bool] = {}
        self._together = QTimer(self)
        self._together.setSingleShot(True)
        self._together.setInterval(_TOGETHER_MS)
        self._together.timeout.connect(self._refresh_stale)
        self._unsubscribe: Callable[[], None] = desk.changes.subscribe(self._heard)

    def close(self) -> None:
        """Hear no more changes."""
        self._unsubscribe()
        self._together.stop()

    def read(self, caller: OpenCaller) -> None:
        """Read a caller's story and first page, both at once, the first time that it is asked for."""
        if caller.begun:
            return
        caller.begun = True
        caller.model.more_wanted.connect(lambda: self._more(caller))
        self.read_again(caller)

    def read_again(self, caller: OpenCaller) -> None:
        """Begin anew, as after a failure or another filter."""
        start(self._read(caller), "reading the story")

    def read_page(self, caller: OpenCaller) -> None:
        """The first page anew, for another filter."""
        start(self._first_page(caller), "reading the timeline")

    def show_pending(self, caller: OpenCaller) -> None:
        """Put what is on its way on top of the caller's timeline."""
        pending = self._desk.outbox.pending(caller.recipient_id)
        caller.model.set_pending([row_of_pending(action) for action in pending])

    async def _read(self, caller: OpenCaller) -> None:
        caller.trouble = ""
        await asyncio.gather(self._story(caller), self._first_page(caller))

    async def _story(self, caller: OpenCaller) -> None:
        try:
            view = await open_story(self._desk, caller.recipient_id)
        except BackendFailure as failure:
            self._trouble(caller, failure)
            return
        if self._is_gone(caller):
            return
        caller.view, caller.trouble = view, ""
        caller.name, caller.phone = view.story.name, view.story.phone
        doubled, before = _doubled(caller), caller.doubled
        caller.doubled = doubled
        changed = [f"{EntryKind.CHARGE}:{charge_id}" for charge_id in doubled ^ before]
        caller.model.redraw(changed, lambda row: row_of(cast(TimelineEntry, row.origin), doubled))
        self.story_read.emit(caller)

    async def _first_page(self, caller: OpenCaller) -> None:
        caller.reading += 1
        number = caller.reading
        try:
            page = await timeline.page(self._desk, caller.recipient_id, caller.kinds)
        except BackendFailure as failure:
            self._trouble(caller, failure)
            return
        if number != caller.reading or self._is_gone(caller):
            return
        caller.cursor = page.next_cursor
        self.show_pending(caller)
        caller.model.restart(_rows(page, caller), has_more=page.next_cursor is not None)
        await self._look_for_wanted(caller, number)
        self.page_read.emit(caller)

    async def _look_for_wanted(self, caller: OpenCaller, number: int) -> None:
        """Fetch on until the row that a hit named is there, for so many pages and no further."""
        for _ in range(_PAGES_TO_LOOK_FOR_A_ROW):
            wanted = caller.wanted_key
            if wanted is None or caller.cursor is None or caller.model.place_of(wanted) is not None:
                return
            await self._next_page(caller, number)

    def _more(self, caller: OpenCaller) -> None:
        start(self._next_page(caller, caller.reading), "reading more of the timeline")

    async def _next_page(self, caller: OpenCaller, number: int) -> None:
        try:
            page = await timeline.page(self._desk, caller.recipient_id, caller.kinds, caller.cursor)
        except BackendFailure as failure:
            if not self._is_gone(caller):
                caller.cursor = None if number != caller.reading else caller.cursor
                caller.model.page_failed()
                self._trouble(caller, failure)
            return
        if number == caller.reading and not self._is_gone(caller):
            caller.cursor = page.next_cursor
            caller.model.append(_rows(page, caller), has_more=page.next_cursor is not None)

    def _is_gone(self, caller: OpenCaller) -> bool:
        """Whether the caller was closed meanwhile: their timeline's model is gone then, too."""
        return self._callers.get(caller.recipient_id) is not caller

    def _trouble(self, caller: OpenCaller, failure: BackendFailure) -> None:
        caller.trouble = failure.sentence
        if not self._is_gone(caller):
            self.failed.emit(caller)

    # what is announced

    def _heard(self, change: Announcement) -> None:
        if change.kind in (ChangeKind.PRESENCE, LocalKind.SESSION):
            return
        if change.kind is LocalKind.CONNECTION and change.id == "online":
            concerned = [caller for caller in self._callers.callers if _is_stale(caller)]
        elif change.kind is ChangeKind.FACILITY or (
            change.recipient_id is None and change.kind is LocalKind.OUTBOX
        ):  # whose messages come from there is not known here
            concerned = list(self._callers.callers)
        else:
            caller = self._callers.get(change.recipient_id) if change.recipient_id else None
            concerned = [caller] if caller and not (change.yours and self._answer_tells(caller)) else []
        of_ours = change.kind is LocalKind.OUTBOX
        noted = [self._note(caller, of_ours=of_ours, show=change.yours) for caller in concerned]
        if any(noted):
            self._together.start()

    def _note(self, caller: OpenCaller, *, of_ours: bool, show: bool) -> bool:
        """Put down what is to be read again; False where nothing is: a deed of ours that only moves on."""
        self.show_pending(caller)
        now = len(self._desk.outbox.pending(caller.recipient_id))
        # The row that was on its way makes room for the one that the service made of it. Whichever is heard
        # first tells that it is gone: the outbox, or the event of what was done.
        answered = now < caller.pending_seen
        caller.pending_seen = now
        if answered:
            caller.answered = time.monotonic()
        if of_ours and not answered:
            return False
        before = self._stale.get(caller.recipient_id, False)
        self._stale[caller.recipient_id] = answered or show or before
        return True

    def _answer_tells(self, caller: OpenCaller) -> bool:
        """Whether what was done here is read again for its own answer: the event would do it twice."""
        on_its_way = any(row.is_live for row in self._desk.outbox.pending(caller.recipient_id))
        return on_its_way or time.monotonic() - caller.answered < _ANSWERED_LATELY_SECONDS

    def _refresh_stale(self) -> None:
        stale, self._stale = self._stale, {}
        for recipient_id, show in stale.items():
            caller = self._callers.get(recipient_id)
            if caller is not None:
                start(self._refresh(caller, show=show), "reading the story again")

    async def _refresh(self, caller: OpenCaller, *, show: bool) -> None:
        number = caller.reading
        limit = min(_LARGEST_PAGE, max(timeline.PAGE, caller.model.rowCount()))
        story = self._story(caller)
        page, _ = await asyncio.gather(self._newest(caller, limit), story)
        if page is None or number != caller.reading or self._is_gone(caller):
            return
        rows = _rows(page, caller)
        if not caller.model.loaded or not any(caller.model.place_of(row.key) is not None for row in rows):
            caller.cursor = page.next_cursor
            caller.model.restart(rows, has_more=page.next_cursor is not None)
        else:
            caller.model.merge_newest(rows, show=show)
        staff = self._desk.session.staff
        caller.live = newest_by_others(caller.model.waiting_rows, staff.login if staff else "")
        self.page_read.emit(caller)

    async def _newest(self, caller: OpenCaller, limit: int) -> TimelinePage | None:
        try:
            return await timeline.page(self._desk, caller.recipient_id, caller.kinds, limit=limit)
        except BackendFailure as failure:
            self._trouble(caller, failure)
            return None


def _rows(page: TimelinePage, caller: OpenCaller) -> list[Row]:
    doubled = _doubled(caller)
    return [row_of(entry, doubled) for entry in page.items]


def _doubled(caller: OpenCaller) -> frozenset[str]:
    """The charges that a diagnosis calls a second one."""
    if caller.view is None:
        return frozenset()
    return frozenset(
        charge.charge_id
        for message in caller.view.story.open_messages
        if message.diagnosis.verdict is Verdict.CHARGED_TWICE
        for charge in message.diagnosis.offer.charges
    )


def _is_stale(caller: OpenCaller) -> bool:
    return caller.begun and (caller.view is None or caller.view.stale or bool(caller.trouble))
