"""The middle of the approvals: what was asked for on top, and the story that it is about below it."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from care_console.contract.approvals import Approval
from care_console.desktop.desk import Desk
from care_console.desktop.screens.approvals import facts
from care_console.desktop.screens.story.open_callers import OpenCaller, OpenCallers
from care_console.desktop.screens.story.pane import StoryPane
from care_console.desktop.screens.story.reading import StoryReader
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import plain
from care_console.desktop.widgets.parts import words

_NOBODY = "Nobody is known by this number, so there is no story to read: only the words above."


class ApprovalCard(QFrame):
    """What was asked for: a title, and a caption and words a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("approvalCard")
        self.setProperty("card", True)
        self.title = words("", "title", "approvalTitle")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.LARGE)
        self._grid.setVerticalSpacing(Space.TIGHT)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[QLabel, QLabel]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
        column.setSpacing(Space.SMALL)
        column.addWidget(self.title)
        column.addLayout(self._grid)

    def show_approval(self, approval: Approval) -> None:
        """Show one."""
        now = datetime.now(UTC)
        self.title.setText(f"{facts.what(approval)} for {facts.who(approval)}")
        told = facts.lines(approval, now)
        while len(self._lines) < len(told):
            row = len(self._lines)
            caption, line = words("", "faint"), words(name=f"approvalLine{row}")
            self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(line, row, 1)
            self._lines.append((caption, line))
        for row, (caption, line) in enumerate(self._lines):
            for label in (caption, line):
                label.setVisible(row < len(told))
            if row < len(told):
                caption.setText(told[row][0])
                line.setText(told[row][1])


class ApprovalCentre(QWidget):
    """Shows one request and reads its story; with none, that nothing waits. `person_chosen`: whom to open."""

    person_chosen = Signal(str)

    def __init__(self, desk: Desk, empty: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("storyPane")
        self.setAccessibleName("What was asked for")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.card = ApprovalCard(self)
        self.callers = OpenCallers(self)
        self.reader = StoryReader(desk, self.callers, self)
        self.story = StoryPane(self)
        self._nobody = plain(_NOBODY, "soft", wrap=True, parent=self)
        self._nobody.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        self._nobody.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty = _empty(self, empty)
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        above = QVBoxLayout()
        above.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.SMALL)
        above.addWidget(self.card)
        column.addLayout(above)
        column.addWidget(self.story, 1)
        column.addWidget(self._nobody, 1)
        self._pages = QStackedLayout(self)
        for page in (self._empty, whole):
            self._pages.addWidget(page)
        self._whole = whole
        self._shown_id: str | None = None
        self._connect()
        self.show_approval(None)

    def show_approval(self, approval: Approval | None) -> None:
        """Show a request and its story; None: nothing waits."""
        before, self._shown_id = self._shown_id, approval.id if approval else None
        if approval is None:
            self._close_story()
            self._pages.setCurrentWidget(self._empty)
            return
        self.card.show_approval(approval)
        self._pages.setCurrentWidget(self._whole)
        if before == approval.id:
            return  # the same one, read again: the story keeps its place
        known = approval.recipient_id is not None
        self.story.setVisible(known)
        self._nobody.setVisible(not known)
        if approval.recipient_id is None:
            self._close_story()
        else:
            self._open_story(approval.recipient_id, approval)

    def say_nothing_waits(self, lines: tuple[str, ...]) -> None:
        """What stands here while nothing waits, or nothing could be read."""
        for label, line in zip(self._empty.findChildren(QLabel), lines, strict=False):
            label.setText(line)

    def close(self) -> bool:
        """Hear no more."""
        self.reader.close()
        return super().close()

    def _open_story(self, recipient_id: str, approval: Approval) -> None:
        wanted = f"charge:{approval.charge_id}" if approval.charge_id else f"consent:{approval.subject}"
        front = self.callers.front
        if front is not None and front.recipient_id == recipient_id:
            front.wanted_key = wanted
            self.story.page_read()
            return
        self._close_story()
        caller, _is_new = self.callers.open(recipient_id, approval.recipient_name, approval.phone or "")
        caller.wanted_key = wanted
        self.reader.read(caller)

    def _close_story(self) -> None:
        if self.callers.callers:
            self.callers.clear()

    def _connect(self) -> None:
        self.callers.front_changed.connect(lambda: self.story.put(self.callers.front))
        self.reader.story_read.connect(self._story_read)
        self.reader.page_read.connect(self._page_read)
        self.reader.failed.connect(self._page_read)
        self.story.filter_changed.connect(self.reader.read_page)
        self.story.person_chosen.connect(self.person_chosen)

    def _story_read(self, caller: OpenCaller) -> None:
        if caller is self.callers.front:
            self.story.story_read()

    def _page_read(self, caller: OpenCaller) -> None:
        if caller is self.callers.front:
            self.story.page_read()


def _empty(parent: QWidget, lines: tuple[str, ...]) -> QWidget:
    made = QWidget(parent)
    made.setObjectName("nothingWaits")
    column = QVBoxLayout(made)
    column.setContentsMargins(Space.WIDE, 0, Space.WIDE, 0)
    column.setSpacing(Space.SMALL)
    column.addStretch(2)
    for place, line in enumerate(lines):
        label = plain(line, "soft" if place else "title", wrap=True, parent=made)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(label)
    column.addStretch(3)
    return made
