"""Labels that show strangers' words: plain text always, cut with dots where there is no room."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget


def plain(text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A label of plain text in one of the style sheet's roles: title, lead, section, soft, faint, hint."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("text_role", role)
    return label


def hover(text: str) -> str:
    """Words for a tool tip. Qt reads markup in those unasked, so a stranger's are escaped."""
    return f"<span>{escape(text)}</span>" if text else ""


def restyle(widget: QWidget) -> None:
    """Let the style sheet look again at a widget whose property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Elided(QLabel):
    """One line that gives way: cut with dots where there is no room, whole on hover."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("text_role", role)
        self.setText(text)

    def minimumSizeHint(self) -> QSize:
        """As little as a few letters."""
        return QSize(self.fontMetrics().horizontalAdvance("MM…"), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The text, cut at the right edge."""
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        room = self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        tip = hover(self.text()) if words != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(tip)
        painter.drawText(room, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), words)
        painter.end()
