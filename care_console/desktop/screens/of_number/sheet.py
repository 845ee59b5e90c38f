"""A list over the window of what hangs on the number of the caller in front: newest first, page by page.

What changes while it is open changes in its place; what is new waits until it is asked for.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from care_console.contract.changes import ChangeKind
from care_console.contract.phone import display_phone
from care_console.contract.recipients import RecipientStory
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.sheets import Sheet
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import Elided, plain
from care_console.desktop.widgets.parts import Notice, button
from care_console.desktop.widgets.timeline.model import TimelineModel
from care_console.desktop.widgets.timeline.rows import Row
from care_console.desktop.widgets.timeline.view import TimelineView

PAGE = 50
_TOGETHER_MS = 60
_SPINNER_AFTER_MS = 150
_LARGEST_PAGE = 100
_TOP = 60

Page = tuple[list[Row], str | None]
"""Rows, and where the next page begins; None on the last."""


class NumberSheet(Sheet):
    """One kind of list. A subclass reads its pages (`read_page`) and has what stands above them (`above`)."""

    def __init__(self, desk: Desk, parent: QWidget, name: str, what: str, nothing: str) -> None:
        super().__init__(parent, name)
        self.desk = desk
        self._what, self._nothing = what, nothing
        self._story: RecipientStory | None = None
        self._cursor: str | None = None
        self._reading = 0
        self.setAccessibleName(what)
        self.title = Elided("", "title", self)
        self.above = QVBoxLayout()
        self.above.setSpacing(Space.SMALL)
        self.state = Notice(f"{name}State")
        self.list = TimelineView(self)
        self.list.setObjectName(f"{name}List")
        self.list.setAccessibleName(what)
        self.model = TimelineModel(self)
        self.says = plain("", "soft", wrap=True, parent=self)
        self.says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.new_rows = button("", f"{name}New", "waiting")
        self.new_rows.clicked.connect(self.show_new)
        self._lay_out()
        self._together, self._slow = QTimer(self), QTimer(self)
        for timer, after, does in (
            (self._together, _TOGETHER_MS, self._refresh_soon),
            (self._slow, _SPINNER_AFTER_MS, self._say_reading),
        ):
            timer.setSingleShot(True)
            timer.setInterval(after)
            timer.timeout.connect(does)
        keys.bind(self, "timeline.new", self.show_new)
        self.close_hearing = desk.changes.subscribe(self._heard)

    @property
    def story(self) -> RecipientStory | None:
        """Whose number it is; None while it is put away."""
        return None if self.isHidden() else self._story

    def open_for(self, story: RecipientStory) -> None:
        """Show it for a caller, read anew."""
        self._forget()
        self._story = story
        self.title.setText(f"{self._what}: {display_phone(story.phone)} · {story.name or 'No name on file'}")
        self.model.more_wanted.connect(self._more)
        self.model.waiting_changed.connect(self._show_waiting)
        self._say("")
        self._slow.start()
        # As high as the window lets it be: what comes and goes above the list takes of the list's room.
        self.setFixedHeight(self._over.height() - _TOP - Space.WIDE - Space.LARGE)
        self.bring(900, _TOP)
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        tasks.start(self._first(self._reading), f"reading: {self._what.lower()}")

    def put_away(self) -> bool:
        """Hide it, and let go of what it showed."""
        was_shown = super().put_away()
        if was_shown:
            self._forget()
        return was_shown

    def show_new(self) -> None:
        """Show the rows that wait; where none do, read it again."""
        if self.model.waiting:
            self.model.show_waiting()
        elif self._story is not None:
            self._together.start()

    # what a subclass has

    async def read_page(self, recipient_id: str, cursor: str | None, limit: int) -> Page:
        """One page. Raises BackendFailure."""
        raise NotImplementedError

    def cleared(self) -> None:
        """Another caller's, or nobody's: nothing of the one before may stand here."""

    # reading

    async def _first(self, number: int) -> None:
        page = await self._page(number, None, PAGE)
        if page is not None:
            rows, self._cursor = page
            self.model.restart(rows, has_more=self._cursor is not None)
            self.list.setCurrentIndex(self.model.index(0))
            self._loaded()

    def _more(self) -> None:
        tasks.start(self._next(self._reading), f"reading more: {self._what.lower()}")

    async def _next(self, number: int) -> None:
        page = await self._page(number, self._cursor, PAGE)
        if page is not None:
            rows, self._cursor = page
            self.model.append(rows, has_more=self._cursor is not None)

    def _refresh_soon(self) -> None:
        if self.story is not None:
            tasks.start(self._refresh(self._reading), f"reading again: {self._what.lower()}")

    async def _refresh(self, number: int) -> None:
        if not self.model.loaded:
            await self._first(number)
            return
        page = await self._page(number, None, min(_LARGEST_PAGE, max(PAGE, self.model.rowCount())))
        if page is None:
            return
        rows, cursor = page
        if any(self.model.place_of(row.key) is not None for row in rows):
            self.model.merge_newest(rows)
        else:  # more is new than one page holds
            self._cursor = cursor
            self.model.restart(rows, has_more=cursor is not None)
        self._loaded()

    async def _page(self, number: int, cursor: str | None, limit: int) -> Page | None:
        """A page; None where the sheet moved on meanwhile, or there is none: then it says why."""
        if self._story is None:
            return None
        try:
            page = await self.read_page(self._story.id, cursor, limit)
        except BackendFailure as failure:
            if isValid(self) and number == self._reading:
                self._slow.stop()
                self.model.page_failed()
                self._say("" if self.model.loaded else f"{failure.sentence}\n\n{self._again()}")
                self.state.say(failure.sentence if self.model.loaded else "")
            return None
        return page if isValid(self) and number == self._reading else None

    def _heard(self, change: Announcement) -> None:
        if change.kind is LocalKind.SESSION:
            self.put_away()
        elif self.story is None or change.kind is ChangeKind.PRESENCE:
            return
        elif change.kind is LocalKind.CONNECTION:
            if change.id == "online":
                self._together.start()
        elif change.kind is ChangeKind.FACILITY or change.recipient_id == self.story.id:
            self._together.start()

    # showing

    def _forget(self) -> None:
        self._reading += 1
        self._story, self._cursor = None, None
        for timer in (self._slow, self._together):
            timer.stop()
        before, self.model = self.model, TimelineModel(self)
        self.list.put(self.model)
        before.deleteLater()
        self.state.say("")
        self._show_waiting(0)
        self.cleared()

    def _loaded(self) -> None:
        self._slow.stop()
        self.state.say("")
        self._say("" if self.model.rowCount() else self._nothing)

    def _say_reading(self) -> None:
        self._say(f"Reading the {self._what.lower()} …")

    def _again(self) -> str:
        return f"{keys.shown('timeline.new')} tries again."

    def _say(self, words: str) -> None:
        shown = self.says if words else self.list
        # Hidden, a list loses the keys: they go with what takes its place, and come back to it.
        has_keys = QApplication.focusWidget() in (self, self.says, self.list)
        self.says.setText(words)
        self._body.setCurrentWidget(shown)
        if has_keys:
            (self if words else self.list).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_waiting(self, waiting: int) -> None:
        self.new_rows.setText(f"{waiting} new  {keys.shown('timeline.new')}")
        self.new_rows.setVisible(waiting > 0)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.setSpacing(Space.SMALL)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.new_rows)
        column.addLayout(head)
        column.addLayout(self.above)
        column.addWidget(self.state)
        self._body = QStackedLayout()
        self._body.addWidget(self.list)
        self._body.addWidget(self.says)
        column.addLayout(self._body, 1)
        column.addWidget(plain(f"Enter opens a row · {keys.shown('back')} closes", "hint", parent=self))
        self.new_rows.hide()
