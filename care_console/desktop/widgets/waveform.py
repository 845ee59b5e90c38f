"""A recording's outline, with the position in it; a click or the arrow keys move there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from care_console.desktop.shell import theme

_BAR, _GAP = 2, 1
_PEAK_MAX = 255
_KEY_STEP = 0.05


class Waveform(QWidget):
    """Peaks from 0 to 255, left to right. Positions are shares of the whole, 0 to 1."""

    sought = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peaks: tuple[int, ...] = ()
        self._position = 0.0
        self._movable = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Waveform of the recording")
        theme.teller().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A band as wide as there is room."""
        return QSize(240, 44)

    def set_peaks(self, peaks: Sequence[int]) -> None:
        """Show a recording's outline; none for one that has not been measured."""
        self._peaks = tuple(min(max(peak, 0), _PEAK_MAX) for peak in peaks)
        self.set_position(0.0)

    def set_movable(self, movable: bool) -> None:
        """Whether there is a sound to move in."""
        self._movable = movable
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if movable else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if movable else Qt.CursorShape.ArrowCursor)
        self.update()

    @property
    def position(self) -> float:
        """Where it is, from 0 to 1."""
        return self._position

    def set_position(self, share: float) -> None:
        """Show where the sound is."""
        self._position = min(max(share, 0.0), 1.0)
        self.setAccessibleDescription(f"{round(self._position * 100)} percent")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move by a twentieth, Home and End to the ends."""
        target = {
            Qt.Key.Key_Left: self._position - _KEY_STEP,
            Qt.Key.Key_Right: self._position + _KEY_STEP,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
        }.get(Qt.Key(event.key()))
        if target is None or not self._movable:
            super().keyPressEvent(event)
            return
        self.sought.emit(min(max(target, 0.0), 1.0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click moves there."""
        if self._movable and self.width():
            self.sought.emit(min(max(event.position().x() / self.width(), 0.0), 1.0))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Bars from the middle; those already heard in the accent's colour."""
        colours = theme.current().colours
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.sunken))
        middle = self.height() / 2
        played_to = self._position * self.width()
        for x, peak in self._bars():
            half = max(0.5, peak / _PEAK_MAX * (middle - 3))
            heard = self._position > 0 and x <= played_to
            bar = QRectF(x, middle - half, _BAR, half * 2)
            painter.fillRect(bar, QColor(colours.accent if heard else colours.line_strong))
        if self._movable:
            painter.fillRect(QRectF(played_to - 1, 0, 2, self.height()), QColor(colours.ink))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _bars(self) -> list[tuple[int, int]]:
        count = max(1, self.width() // (_BAR + _GAP))
        if not self._peaks:
            return []
        found = []
        for number in range(count):
            first = number * len(self._peaks) // count
            last = max(first + 1, (number + 1) * len(self._peaks) // count)
            found.append((number * (_BAR + _GAP), max(self._peaks[first:last])))
        return found
