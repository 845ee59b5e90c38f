"""The window's parts and where they stand; what they do is the window's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from care_console.contract.timeline import TimelineEntry
from care_console.desktop.queries.story import StoryView
from care_console.desktop.screens.story.pane import StoryPane
from care_console.desktop.shell import theme
from care_console.desktop.shell.callers import CallersPane
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.notices import NoticeStrip
from care_console.desktop.shell.queues import Queue
from care_console.desktop.shell.status_line import StatusLine
from care_console.desktop.shell.top_bar import TopBar
from care_console.desktop.widgets.folding import WholeScrollArea

CALLERS_WIDTH, SIDE_WIDTH = 176, 360


class Side(Protocol):
    """What the window asks of the column at the right, which is a widget too.

    `ruled` fires with how the refund stands that is being typed, None once none is.
    """

    ruled: SignalInstance

    def show_story(self, view: StoryView) -> None:
        """Another story, or the same one read again."""

    def show_nobody(self) -> None:
        """Nobody is in front, or their story was not read yet; what is half-filled is kept."""

    def select_entry(self, entry: TimelineEntry | None) -> None:
        """The timeline's selected row."""

    def refund(self) -> None:
        """F7."""

    def reissue(self) -> None:
        """F8."""

    def stop_texts(self) -> None:
        """F9."""

    def correct_opt_out(self) -> None:
        """Shift+F9, on the selected opt-out."""

    def send_receipt(self) -> None:
        """Ctrl+P, for the charge at hand."""

    def pause(self) -> None:
        """Ctrl+Shift+P."""

    def stop_texts_for(self, phone: str) -> None:
        """F9 on a typed number (E.164) that nobody is known by."""

    def preview(self) -> None:
        """F4."""

    def preview_louder(self) -> None:
        """Shift+F4."""

    def turn_language(self) -> None:
        """What is said, in the other language."""

    def set_call_id(self, phone: str, call_id: str) -> None:
        """What the telephone calls the call with a number (E.164), for its record."""

    def wrap_up(self) -> None:
        """The call at hand is over."""

    def keep_note(self) -> None:
        """Ctrl+S."""

    def closing(self) -> None:
        """The caller in front is being closed without a wrap-up."""

    def wrapped_up(self, recipient_id: str) -> None:
        """Their call is stored: nothing of it is half-filled any more."""

    @property
    def wrapped(self) -> SignalInstance:
        """Fires with the Call once it is wrapped up."""

    @property
    def began(self) -> SignalInstance:
        """Fires with the Call if it began before the desk was opened."""

    @property
    def reviewing(self) -> SignalInstance:
        """Fires when the money review opens and closes."""

    @property
    def is_reviewing(self) -> bool:
        """Whether the money review is open."""


MakePart = Callable[[QWidget], QWidget]


class Frame(QWidget):
    """Bar, callers, story, side, status line; and the sign-in screen in the place of what needs a session."""

    def __init__(
        self, parent: QWidget, make_side: MakePart, make_sign_in: MakePart, clock: Clock | None = None
    ) -> None:
        super().__init__(parent)
        clock = clock or Clock(self)
        self.top = TopBar(self, clock)
        self.callers = CallersPane(self)
        self.story = StoryPane(self)
        self.notices = NoticeStrip(self)
        self.status = StatusLine(self, clock)
        self.side_widget = make_side(self)
        self.sign_in = make_sign_in(self)
        self._side_pane = self._make_side_pane()
        self._queue: Queue | None = None
        middle = QFrame(self)
        middle.setObjectName("storyPane")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._centre = QStackedWidget(middle)
        self._centre.addWidget(self.story)
        column.addWidget(self._centre, 1)
        self._story_column = column
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setObjectName("splitter")
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        for part, stretch in ((self.callers, 0), (middle, 1), (self._side_pane, 0)):
            self.splitter.addWidget(part)
            self.splitter.setStretchFactor(self.splitter.indexOf(part), stretch)
        self.callers.setMinimumWidth(150)
        middle.setMinimumWidth(480)
        self._side_pane.setMinimumWidth(300)
        self._door = QFrame(self)
        self._door.setObjectName("door")
        self._door_layout = QVBoxLayout(self._door)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.splitter)
        self._stack.addWidget(self._door)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        for widget, stretch in ((self.top, 0), (self._stack, 1), (self.status, 0)):
            outer.addWidget(widget, stretch)
        self._spread = (0, 0.0)
        self.spread(1366)

    def spread(self, width: int) -> None:
        """Share the width: the outer columns grow on a wide screen, the story takes the rest."""
        scale = theme.current().sizes.scale
        if (width, scale) == self._spread:
            return
        self._spread = (width, scale)
        wide = width >= 1700
        left = round((CALLERS_WIDTH + (40 if wide else 0)) * min(scale, 1.25))
        right = min(round((SIDE_WIDTH + (92 if wide else 0)) * scale), width * 2 // 5)
        self.splitter.setSizes([left, max(480, width - left - right), right])

    def show_work(self) -> None:
        """Somebody is signed in."""
        self._stack.setCurrentWidget(self.splitter)
        self._story_column.addWidget(self.notices)
        self._show_side()
        self.sign_in.hide()

    def show_door(self) -> None:
        """Nobody is signed in: the sign-in screen takes the window."""
        self._door_layout.addWidget(self.sign_in)
        self._door_layout.addWidget(self.notices)
        self.sign_in.show()
        self._stack.setCurrentWidget(self._door)

    def show_ended(self) -> None:
        """The session ended: the work stays in sight, signing in takes the column at the right."""
        self._stack.setCurrentWidget(self.splitter)
        self._story_column.addWidget(self.notices)
        self._side.addWidget(self.sign_in)
        self._side.setCurrentWidget(self.sign_in)
        self._side_pane.show()

    def panes(self) -> list[QWidget]:
        """The parts that F6 goes round, in order."""
        lists = [self.callers.queues, self.callers.callers]
        centre = self.story.timeline if self._queue is None else self._queue.centre
        return [self.top.find_box, *(part for part in lists if part.isVisible()), centre, self._side_pane]

    def show_queue(self, queue: Queue | None) -> None:
        """A queue takes the place of the story and of the column at the right; None: the caller again."""
        self._queue = queue
        if queue is not None and self._centre.indexOf(queue.centre) < 0:
            self._centre.addWidget(queue.centre)
        self._centre.setCurrentWidget(self.story if queue is None else queue.centre)
        if self._side.currentWidget() is not self.sign_in:
            self._show_side()

    def _show_side(self) -> None:
        side = self._side_scroll if self._queue is None else self._queue.side
        self._side_pane.setVisible(side is not None)
        if side is not None:
            self._side.addWidget(side)
            self._side.setCurrentWidget(side)

    def _make_side_pane(self) -> QFrame:
        pane = QFrame(self)
        pane.setObjectName("sidePane")
        self._side = QStackedWidget(pane)
        self._side_scroll = WholeScrollArea(pane)
        self._side_scroll.setObjectName("sideScroll")
        self._side_scroll.setWidgetResizable(True)
        self._side_scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._side_scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side_scroll.setWidget(self.side_widget)
        self._side.addWidget(self._side_scroll)
        layout = QVBoxLayout(pane)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._side)
        return pane
