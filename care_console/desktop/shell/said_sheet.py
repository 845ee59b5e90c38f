"""What the desk has said (Ctrl+H): the notices of this sign-in, newest first, with when they came.

Read with Up and Down; nothing in it can be done, so it takes nothing back and begins nothing.
"""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.notices import NoticeStrip
from care_console.desktop.shell.sheets import Sheet
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import plain
from care_console.desktop.widgets.when import clock_time

_MOST = 100


class SaidSheet(Sheet):
    """Keeps what was said, in memory alone, until its person signs out."""

    def __init__(self, desk: Desk, strip: NoticeStrip, clock: Clock, parent: QWidget) -> None:
        super().__init__(parent, "saidSheet")
        self._desk, self._clock = desk, clock
        self._said: deque[str] = deque(maxlen=_MOST)
        self._login = ""
        self.setAccessibleName("What the desk has said")
        self.list = QListWidget(self)
        self.list.setObjectName("saidList")
        self.list.setAccessibleName("Notices, newest first")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = plain("Nothing was said since you signed in.", "hint", parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.setSpacing(Space.SMALL)
        column.addWidget(plain("What the desk has said", "title", parent=self))
        column.addWidget(self.list, 1)
        column.addWidget(self._nothing)
        strip.shown.connect(self._hear)
        self.close_hearing = desk.changes.subscribe(self._heard)

    def open(self) -> None:
        """Show it; the same key again puts it away."""
        if self.put_away():
            return
        self.list.clear()
        for words in self._said:
            item = QListWidgetItem(words, self.list)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        self.list.setVisible(bool(self._said))
        self._nothing.setVisible(not self._said)
        self.list.setMinimumHeight(min(360, self._over.height() - 240) if self._said else 0)
        self.bring(720)
        self.list.setCurrentRow(0)
        (self.list if self._said else self).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _hear(self, sentence: str) -> None:
        self._said.appendleft(f"{clock_time(self._clock.now())}   {sentence}")

    def _heard(self, change: Announcement) -> None:
        if change.kind is not LocalKind.SESSION:
            return
        staff = self._desk.session.staff
        another = staff is not None and self._login not in ("", staff.login)
        if self._desk.session.state is SessionState.SIGNED_OUT or another:
            self._said.clear()
            self.put_away()
        self._login = staff.login if staff else ""
