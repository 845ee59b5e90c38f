"""The queues in the left column, each with its count, and the items of the one in front."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from care_console.desktop.shell import theme
from care_console.desktop.shell.queues import QueueLine
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.labels import plain
from care_console.desktop.widgets.rows import draw_cut, paint_ground
from care_console.desktop.widgets.timeline.model import Index

_LINE = Qt.ItemDataRole.UserRole + 1
_MOST_SHOWN = 999


class _QueueDelegate(QStyledItemDelegate):
    """Title at the left, count at the right on a ground that says whether it waits for this person."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, QFontMetrics(theme.font()).height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: QueueLine = index.data(_LINE)
        colours, sizes, rect = theme.current().colours, theme.current().sizes, option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option)
        right = rect.right() - Space.SMALL
        if line.count is not None:
            right = self._paint_count(painter, rect, line) - Space.SMALL
        words = QRect(rect.left() + Space.LARGE, rect.top(), right - rect.left() - Space.LARGE, rect.height())
        draw_cut(painter, theme.font(sizes.body, QFont.Weight.Medium), colours.ink, words, line.title)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.focus))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()

    @staticmethod
    def _paint_count(painter: QPainter, rect: QRect, line: QueueLine) -> int:
        """Where the count begins, in pixels from the left."""
        colours = theme.current().colours
        tone = Tone.WARN if line.waits else Tone.PLAIN
        font = theme.font(theme.current().sizes.small, QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        text = shown_count(line.count or 0)
        width = max(metrics.horizontalAdvance(text) + 2 * Space.SMALL, metrics.height() + 4)
        height = metrics.height() + 4
        left = rect.right() - Space.SMALL - width
        ground = QRect(left, rect.center().y() - height // 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.ground_of(tone)))
        painter.drawRoundedRect(ground, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(QColor(colours.ink_of(tone)))
        painter.drawText(ground, int(Qt.AlignmentFlag.AlignCenter), text)
        return left


class QueueSection(QWidget):
    """A heading, a line a queue, room for the items of the one in front. `chosen`: a queue's key."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queueSection")
        self.heading = plain("Queues", "section", parent=self)
        self.heading.setContentsMargins(Space.LARGE, 0, Space.SMALL, 0)
        self.list = QListWidget(self)
        self.list.setObjectName("queues")
        self.list.setAccessibleName("Queues")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_QueueDelegate(self.list))
        self.list.itemActivated.connect(self._chosen)
        self.list.itemClicked.connect(self._chosen)
        self._items: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.TIGHT)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.list)
        self.show_lines((), None)

    def show_lines(self, lines: tuple[QueueLine, ...], front: str | None) -> None:
        """The queues in their order, and which of them is in front."""
        place = self.list.currentRow()
        self.list.clear()
        for line in lines:
            item = QListWidgetItem(self.list)
            item.setData(_LINE, line)
            count = "" if line.count is None else f", {line.count}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{line.title}{count}")
            if line.key == front:
                self.list.setCurrentItem(item)
        if front is None and self.list.hasFocus():
            self.list.setCurrentRow(max(0, place))
        self.setVisible(bool(lines))
        row = self.list.sizeHintForRow(0) if lines else 0
        self.list.setFixedHeight(row * len(lines))

    def show_items(self, items: QWidget | None) -> None:
        """The items of the queue in front, below the lines; None: no queue is, or it shows none here."""
        if items is self._items:
            return
        if self._items is not None:
            self._column.removeWidget(self._items)
            self._items.hide()
        self._items = items
        if items is not None:
            self._column.addWidget(items, 1)
            items.show()

    @property
    def grows(self) -> bool:
        """Whether it needs all the room it can get."""
        return self._items is not None

    def _chosen(self, item: QListWidgetItem) -> None:
        line: QueueLine = item.data(_LINE)
        self.chosen.emit(line.key)


def shown_count(count: int) -> str:
    """A count as the narrow column has room for it."""
    return f"{count:,}" if count <= _MOST_SHOWN else f"{_MOST_SHOWN}+"
