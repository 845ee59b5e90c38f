"""The middle of the window: the head, the filter chips and the timeline of the caller in front."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from care_console.desktop.screens.story.chips import FilterChips
from care_console.desktop.screens.story.header import StoryHeader
from care_console.desktop.screens.story.live import told
from care_console.desktop.screens.story.open_callers import OpenCaller
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import plain
from care_console.desktop.widgets.timeline.rows import Row
from care_console.desktop.widgets.timeline.view import TimelineView

_SPINNER_AFTER_MS = 150
_AGES_EVERY_MS = 1000


class StoryPane(QFrame):
    """Shows one caller at a time and remembers where each was left."""

    row_selected = Signal(object)
    filter_changed = Signal(object)
    person_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("storyPane")
        self._caller: OpenCaller | None = None
        self.header = StoryHeader(self)
        self.chips = FilterChips(self)
        self.timeline = TimelineView(self)
        self.new_rows = QPushButton(self.timeline)
        self.new_rows.setObjectName("newRows")
        self.new_rows.setProperty("kind", "waiting")
        self.new_rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.new_rows.clicked.connect(self.show_new)
        self.new_rows.hide()
        self._says = self._message()
        self._body = QStackedLayout()
        self._body.addWidget(self.timeline)
        self._body.addWidget(self._says)
        self._welcome = _welcome(self, _finds())
        self._story = QWidget(self)
        self._story.setObjectName("story")
        column = QVBoxLayout(self._story)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        rule = QFrame(self)
        rule.setProperty("rule", True)
        for part in (self.header, self.chips, rule):
            column.addWidget(part)
        column.addLayout(self._body, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._welcome)
        self._pages.addWidget(self._story)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(_SPINNER_AFTER_MS)
        self._slow.timeout.connect(self._say_reading)
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES_EVERY_MS)
        self._ages.timeout.connect(self._tick)
        self.header.person_chosen.connect(self.person_chosen)
        self.chips.changed.connect(self._filtered)
        self.timeline.row_selected.connect(self._selected)

    def put(self, caller: OpenCaller | None) -> None:
        """Show another caller, where they were left; the one before keeps its place."""
        self.leave()
        self._unwatch()
        self._caller = caller
        self._slow.stop()
        if caller is None:
            self._pages.setCurrentWidget(self._welcome)
            return
        self.chips.put(caller.kinds)
        self.timeline.put(caller.model, scroll=caller.scroll, selected_key=caller.selected_key)
        self._watch(caller)
        if caller.view is not None:
            self.header.show_story(caller.view)
        self._pages.setCurrentWidget(self._story)
        self.story_read()
        self.page_read()

    def welcome(self, lines: tuple[str, ...] | None) -> None:
        """What stands here while nobody is open: a title and what to know; None: how a caller is found."""
        before, self._welcome = self._welcome, _welcome(self, lines or _finds())
        self._pages.addWidget(self._welcome)
        if self._pages.currentWidget() is before:
            self._pages.setCurrentWidget(self._welcome)
        self._pages.removeWidget(before)
        before.deleteLater()

    def leave(self) -> None:
        """Remember where the caller in front is being left."""
        if self._caller is not None and self.timeline.model() is self._caller.model:
            self._caller.scroll = self.timeline.verticalScrollBar().value()

    def story_read(self) -> None:
        """The caller's story arrived, or failed to."""
        caller = self._caller
        if caller is None:
            return
        self.header.setVisible(caller.view is not None)
        self.chips.setVisible(caller.view is not None)
        if caller.view is not None:
            self.header.show_story(caller.view)

    def page_read(self) -> None:
        """The caller's timeline arrived, or failed to: choose between the list and a sentence."""
        caller = self._caller
        if caller is None:
            return
        if caller.wanted_key is not None and self.timeline.select(caller.wanted_key):
            caller.wanted_key = None
        if caller.model.rowCount() and not self.timeline.currentIndex().isValid():
            self.timeline.setCurrentIndex(caller.model.index(0))
        self._choose_body(caller)
        if caller.scroll_wanted is not None and caller.model.loaded:
            wanted, caller.scroll_wanted = caller.scroll_wanted, None
            self.timeline.doItemsLayout()
            self.timeline.verticalScrollBar().setValue(wanted)
        self._show_waiting(caller.model.waiting)

    def show_new(self) -> None:
        """Show the rows that wait."""
        if self._caller is not None:
            self._caller.model.show_waiting()

    def _choose_body(self, caller: OpenCaller) -> None:
        if caller.model.rowCount():
            self._slow.stop()
            self._body.setCurrentWidget(self.timeline)
        elif caller.trouble:
            self._say(f"{caller.trouble}\n\n{keys.shown('timeline.new')} tries again.")
        elif caller.model.loaded:
            nothing = "Nothing of this kind has happened." if caller.kinds else "Nothing has happened yet."
            self._say(nothing)
        elif not self._slow.isActive():
            self._say("")
            self._slow.start()

    def _say_reading(self) -> None:
        if self._caller is not None and not self._caller.model.loaded and not self._caller.trouble:
            self._says.setText("Reading the story …")

    def _say(self, words: str) -> None:
        self._says.setText(words)
        self._body.setCurrentWidget(self._says)

    def _watch(self, caller: OpenCaller) -> None:
        caller.model.waiting_changed.connect(self._show_waiting)
        caller.model.state_changed.connect(self._state_changed)
        self._show_waiting(caller.model.waiting)

    def _unwatch(self) -> None:
        if self._caller is not None and isValid(self._caller.model):
            self._caller.model.waiting_changed.disconnect(self._show_waiting)
            self._caller.model.state_changed.disconnect(self._state_changed)

    def _state_changed(self) -> None:
        if self._caller is not None:
            self._choose_body(self._caller)

    def _show_waiting(self, waiting: int) -> None:
        live = self._caller.live if self._caller is not None and waiting else None
        by_whom = told(live, datetime.now(UTC)) if live is not None else ""
        if bool(by_whom) != self._ages.isActive():
            self._ages.start() if by_whom else self._ages.stop()
        words = f"{waiting} new · {by_whom}" if by_whom else f"{waiting} new"
        self.new_rows.setText(f"{words}  {keys.shown('timeline.new')}".replace("&", "&&"))
        self.new_rows.adjustSize()
        self.new_rows.move((self.timeline.width() - self.new_rows.width()) // 2, Space.SMALL)
        self.new_rows.setVisible(waiting > 0)

    def _tick(self) -> None:
        """What was done a moment ago is a second older; the words change where they stand."""
        if self._caller is not None:
            self._show_waiting(self._caller.model.waiting)

    def _selected(self, row: Row | None) -> None:
        if self._caller is not None and row is not None:
            self._caller.selected_key = row.key
        self.row_selected.emit(row)

    def _filtered(self, kinds: object) -> None:
        if self._caller is not None and isinstance(kinds, frozenset):
            self._caller.kinds = kinds
            self.filter_changed.emit(self._caller)

    def _message(self) -> QLabel:
        label = plain("", "soft", wrap=True, parent=self)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        return label


def _finds() -> tuple[str, ...]:
    return (
        "No caller is open",
        f"{keys.shown('find')} finds one by whatever they say:",
        "a phone number or its last 4 · a name · the code of a link",
        "an amount or a card's last 4 · an old reference",
    )


def _welcome(parent: QWidget, lines: tuple[str, ...]) -> QWidget:
    """What stands here while nobody is open."""
    made = QWidget(parent)
    made.setObjectName("welcome")
    column = QVBoxLayout(made)
    column.setContentsMargins(Space.WIDE, 0, Space.WIDE, 0)
    column.setSpacing(Space.SMALL)
    column.addStretch(2)
    for place, words in enumerate(lines):
        label = plain(words, "soft" if place else "title", wrap=True, parent=made)
        label.setProperty("names_keys", True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(label)
    column.addStretch(3)
    return made
