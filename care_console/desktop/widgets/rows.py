"""What rows of lists have in common where a delegate paints them: the ground, and words cut to their room."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from care_console.desktop.shell import theme

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_BAR = 3


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Whether the row is chosen, or the pointer is over it; a bar at the left of the chosen one."""
    colours, rect = theme.current().colours, option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, QColor(colours.selection))
        painter.fillRect(QRect(rect.left(), rect.top(), _BAR, rect.height()), QColor(colours.accent))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(colours.hover))


def draw_cut(painter: QPainter, font: QFont, colour: str, rect: QRect, words: str) -> None:
    """Words on one line, in the middle of the room's height, cut with an ellipsis where they are too long.

    A line end, as people paste them, is a blank.
    """
    painter.setFont(font)
    painter.setPen(QColor(colour))
    flat = " ".join(words.splitlines())
    cut = QFontMetrics(font).elidedText(flat, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, LEFT, cut)
