"""A state as word, shape and colour together, so that no one of them has to be seen."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from care_console.desktop.shell import icons, theme
from care_console.desktop.shell.tokens import Space, Tone


class Badge(QWidget):
    """An icon and a word on a ground of their tone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word, self._icon, self._tone = "", "info", Tone.PLAIN
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, word: str, icon: str, tone: Tone) -> None:
        """Show a state; the word is also what a screen reader says."""
        if (word, icon, tone) == (self._word, self._icon, self._tone):
            return
        self._word, self._icon, self._tone = word, icon, tone
        self.setAccessibleName(word)
        self.setToolTip(word)
        self.updateGeometry()
        self.update()

    @property
    def word(self) -> str:
        """What it says."""
        return self._word

    def sizeHint(self) -> QSize:
        """As much as icon and word need."""
        metrics = QFontMetrics(self._font())
        width = metrics.horizontalAdvance(self._word) + self._sign() + Space.TIGHT + 2 * Space.SMALL
        return QSize(width, metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        """It is never cut."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A rounded ground, the icon, the word."""
        colours = theme.current().colours
        ink = colours.ink_of(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(ink) if self._tone is not Tone.PLAIN else QColor(colours.line_strong))
        painter.setBrush(QColor(colours.ground_of(self._tone)))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        sign = self._sign()
        top = (self.height() - sign) // 2
        painter.drawPixmap(Space.SMALL, top, icons.pixmap(self._icon, ink, sign, self.devicePixelRatioF()))
        painter.setFont(self._font())
        painter.setPen(QColor(ink))
        words = self.rect().adjusted(Space.SMALL + sign + Space.TIGHT, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self._word)
        painter.end()

    @staticmethod
    def _sign() -> int:
        """The icon grows with the words."""
        return round(14 * theme.current().sizes.scale)

    def _font(self) -> QFont:
        return theme.font(theme.current().sizes.small, QFont.Weight.DemiBold)
