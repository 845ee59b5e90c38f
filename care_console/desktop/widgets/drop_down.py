"""A box to choose one of a few from a list that drops down, with an arrow in the colours of the theme."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QWidget

from care_console.desktop.shell import icons, theme
from care_console.desktop.shell.tokens import Space

_ARROW = 14
_LETTERS = 8


class DropDown(QComboBox):
    """The style sheet draws the frame, this the arrow: Qt's own does not follow a style sheet's colours.

    It takes the room that is left, and asks for no more than a few letters.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LETTERS)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, and its arrow at the right."""
        super().paintEvent(event)
        painter = QPainter(self)
        size = round(_ARROW * theme.current().sizes.scale)
        arrow = icons.pixmap("open", theme.current().colours.ink_soft, size, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - size - Space.SMALL, (self.height() - size) // 2, arrow)
        painter.end()
