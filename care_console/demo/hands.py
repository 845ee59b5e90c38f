"""Hands on the keys of the real window: real key events, waiting with a limit, pictures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget

T = TypeVar("T")

WAIT_SECONDS = 20.0
_LOOK_SECONDS = 0.02
_PANES = 5
_FIRST_ROWS = 12
_COMMIT_PAUSE_SECONDS = 1.1  # the desk takes keys that commit once a second
_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
}


class NotSeen(Exception):
    """What was waited for did not come; `str()` says what it was."""


class Hands:
    """Presses keys where the focus is, as somebody at the desk would."""

    # Of all hands: the demo's desks are in one process, and a pause between two commits is the process's.
    _committed: ClassVar[float] = 0.0

    def __init__(self, window: QWidget, pictures: Path) -> None:
        self.window = window
        self.pictures = pictures
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other: ``F9``, ``1``, ``Ctrl+Return``."""
        for key in keys:
            *modifiers, last = key.split("+")
            held = Qt.KeyboardModifier.NoModifier
            for modifier in modifiers:
                held |= _MODIFIERS[modifier]
            QTest.keyClick(self._focus(), cast(Qt.Key, getattr(Qt.Key, f"Key_{last}")), held)
            self.pressed += 1

    async def commit(self) -> None:
        """Ctrl+Enter, once the desk takes it again."""
        await self.until("a pause after what was done before", lambda: time.monotonic() > Hands._committed)
        self.press("Ctrl+Return")
        Hands._committed = time.monotonic() + _COMMIT_PAUSE_SECONDS

    async def in_front(self) -> None:
        """Wait until the desk itself, and nothing before it, takes the keys."""
        await self.until("the desk in front", lambda: QApplication.activeWindow() is self.window)

    async def step_back(self) -> None:
        """Esc, as often as anything may be open: the next step begins at the desk itself."""
        for _ in range(_PANES):
            self.press("Escape")
            await asyncio.sleep(_LOOK_SECONDS)

    def type(self, words: str) -> None:
        """Type words; they do not count as keys pressed."""
        QTest.keyClicks(self._focus(), words)

    async def until(self, what: str, condition: Callable[[], T], seconds: float = WAIT_SECONDS) -> T:
        """Wait until a condition holds; its value."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise NotSeen(f"{what} was not seen within {seconds:g} s")
            await asyncio.sleep(_LOOK_SECONDS)
        return value

    async def fact(self, what: str, read: Callable[[], T], seconds: float = WAIT_SECONDS) -> T:
        """Wait for a fact of the database or the journal, read beside the window's thread."""
        deadline = time.monotonic() + seconds
        while not (value := await asyncio.to_thread(read)):
            if time.monotonic() > deadline:
                raise NotSeen(f"{what} was not found within {seconds:g} s")
            await asyncio.sleep(0.1)
        return value

    def part(self, name: str) -> QWidget:
        """A part of any of the desk's windows that is shown, by its name."""
        for root in (self.window, *QApplication.topLevelWidgets()):
            for found in root.findChildren(QWidget, name):
                if found.isVisible():
                    return found
        raise NotSeen(f"there is no {name} on the screen")

    def sees(self, name: str) -> bool:
        """Whether a part is on the screen."""
        try:
            self.part(name)
        except NotSeen:
            return False
        return True

    def reads(self, name: str) -> str:
        """The words of a label, of the label in a notice, or for a screen reader; none if it is hidden."""
        try:
            part = self.part(name)
        except NotSeen:
            return ""
        label = part if isinstance(part, QLabel) else part.findChild(QLabel)
        return label.text() if label is not None else part.accessibleName()

    def tells_in(self, name: str) -> str:
        """All the words of the labels in a part that is on the screen; none if it is hidden."""
        if not self.sees(name):
            return ""
        return "\n".join(label.text() for label in self.part(name).findChildren(QLabel) if label.isVisible())

    def are_at(self, name: str) -> bool:
        """Whether a part has the focus."""
        focus = QApplication.focusWidget()
        return focus is not None and focus.objectName() == name

    async def go_to(self, name: str) -> None:
        """F6 from pane to pane until a part has the focus."""
        for _ in range(_PANES):
            if self.are_at(name):
                return
            self.press("F6")
            await asyncio.sleep(0)
        raise NotSeen(f"F6 does not lead to {name}")

    def list(self, name: str) -> QAbstractItemView:
        """A list or table that is on the screen."""
        found = self.part(name)
        if not isinstance(found, QAbstractItemView):
            raise NotSeen(f"{name} is no list")
        return found

    async def row(self, words: str, most: int = 80) -> str:
        """Go down the timeline from its top until the selected row says `words`; what it says."""
        timeline = self.list("timeline")
        await self.go_to("timeline")
        await self.until("a row of the timeline", lambda: timeline.model().rowCount())
        self.press("Home")
        for _ in range(most):
            if words in (said := self._selected(timeline)):
                return said
            self.press("Down")
            await asyncio.sleep(0)
        raise NotSeen(f"no row of the timeline says {words!r}")

    def tells(self, *words: str) -> bool:
        """Whether a row among the timeline's first says all of the words."""
        model = self.list("timeline").model()
        said = (
            str(model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole))
            for row in range(min(model.rowCount(), _FIRST_ROWS))
        )
        return any(all(word in line for word in words) for line in said)

    def picture(self, name: str) -> str:
        """Take a picture of the window, with what stands before it; the file's name."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        grabbed = self.window.grab()
        front = QApplication.activeModalWidget()
        if front is not None and front is not self.window:
            from PySide6.QtGui import QPainter

            painter = QPainter(grabbed)
            corner = front.mapToGlobal(front.rect().topLeft()) - self.window.mapToGlobal(
                self.window.rect().topLeft()
            )
            painter.drawPixmap(corner, front.grab())
            painter.end()
        file = f"{name}.png"
        grabbed.save(str(self.pictures / file))
        return file

    def _selected(self, timeline: QAbstractItemView) -> str:
        model: QAbstractItemModel = timeline.model()
        said: Any = model.data(timeline.currentIndex(), Qt.ItemDataRole.AccessibleTextRole)
        return str(said or "")

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or QApplication.activeModalWidget() or self.window
