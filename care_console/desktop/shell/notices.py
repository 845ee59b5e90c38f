"""What the desk has to say unasked: a strip below the story that takes no focus and covers nothing.

The newest is on top; good news goes by itself, trouble stays until it is put away.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from care_console.desktop.shell import icons, theme
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.labels import plain

_AT_MOST = 3
_GOES_AFTER_MS = 8000
_LOOKS_AGAIN_MS = 1000
_ICONS = {Tone.GOOD: "good", Tone.WARN: "warn", Tone.BAD: "bad", Tone.ACCENT: "info", Tone.PLAIN: "info"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say. A later notice with the same `about` takes the place of the earlier one."""

    sentence: str
    tone: Tone = Tone.PLAIN
    about: str = ""


class NoticeStrip(QWidget):
    """Shows up to three notices."""

    shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notices")
        self.setAccessibleName("Notices")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(Space.LARGE, 0, Space.LARGE, Space.SMALL)
        self._layout.setSpacing(Space.TIGHT)
        self._frames: list[tuple[Notice, QFrame]] = []
        self.hide()

    def sentences(self) -> list[str]:
        """What it says now, newest first."""
        return [notice.sentence for notice, _ in self._frames]

    def say(self, notice: Notice) -> None:
        """Show a notice."""
        for held, _ in tuple(self._frames):
            if held == notice or (notice.about and held.about == notice.about):
                self._drop(held)
        frame = self._frame(notice)
        self._layout.insertWidget(0, frame)
        self._frames.insert(0, (notice, frame))
        for held, _ in self._frames[_AT_MOST:]:
            self._drop(held)
        if notice.tone in (Tone.GOOD, Tone.PLAIN, Tone.ACCENT):
            QTimer.singleShot(_GOES_AFTER_MS, frame, lambda: self._let_go(notice))
        self.show()
        self.shown.emit(notice.sentence)
        QAccessible.updateAccessibility(QAccessibleEvent(frame, QAccessible.Event.Alert))

    def put_away(self, about: str) -> None:
        """Take back what was said about something that is over."""
        for held, _ in tuple(self._frames):
            if held.about == about:
                self._drop(held)

    def put_away_newest(self) -> bool:
        """Close the newest notice. False where there is none."""
        if not self._frames:
            return False
        self._drop(self._frames[0][0])
        return True

    def _let_go(self, notice: Notice) -> None:
        """Its time is over. Not while the mouse is in the column: what stands above would move under it."""
        column = self.parentWidget()
        if column is not None and column.underMouse():
            frame = next((frame for held, frame in self._frames if held is notice), None)
            if frame is not None:
                QTimer.singleShot(_LOOKS_AGAIN_MS, frame, lambda: self._let_go(notice))
        else:
            self._drop(notice)

    def _drop(self, notice: Notice) -> None:
        for held, frame in tuple(self._frames):
            if held is notice or held == notice:
                self._frames.remove((held, frame))
                self._layout.removeWidget(frame)
                frame.hide()
                frame.deleteLater()
        self.setVisible(bool(self._frames))

    def _frame(self, notice: Notice) -> QFrame:
        colours = theme.current().colours
        frame = QFrame(self)
        frame.setProperty("notice", notice.tone.value)
        frame.setAccessibleName(notice.sentence)
        row = QHBoxLayout(frame)
        row.setContentsMargins(Space.MEDIUM, Space.TIGHT, Space.TIGHT, Space.TIGHT)
        row.setSpacing(Space.SMALL)
        sign = QLabel(frame)
        ink = colours.ink_of(notice.tone)
        sign.setPixmap(icons.pixmap(_ICONS[notice.tone], ink, 16, self.devicePixelRatioF()))
        words = plain(notice.sentence, wrap=True, parent=frame)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QPushButton(frame)
        close.setProperty("kind", "quiet")
        close.setIcon(icons.icon("close"))
        close.setAccessibleName("Put this notice away")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.setFixedWidth(30)
        close.clicked.connect(lambda: self._drop(notice))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        sign.setContentsMargins(0, Space.TIGHT, 0, 0)
        words.setContentsMargins(0, Space.TIGHT, 0, Space.TIGHT)
        return frame
