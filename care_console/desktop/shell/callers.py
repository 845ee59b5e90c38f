"""The column at the left: the queues, up to five open callers, and the ones opened lately."""

from __future__ import annotations

from dataclasses import dataclass

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

from care_console.desktop.shell import keys, theme
from care_console.desktop.shell.queue_list import QueueSection
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import hover, plain
from care_console.desktop.widgets.rows import draw_cut, paint_ground
from care_console.desktop.widgets.timeline.model import Index

AT_MOST = 5
_RECENTS = 12
_CALLER = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class CallerLine:
    """How a caller stands in the column, with how many actions are on the way."""

    recipient_id: str
    name: str
    phone: str
    pending: int = 0


class _CallerDelegate(QStyledItemDelegate):
    """Two lines: name, and phone below; a bar at the left of the one in front."""

    def __init__(self, parent: QWidget, *, numbered: bool) -> None:
        super().__init__(parent)
        self._numbered = numbered

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, QFontMetrics(theme.font()).height() * 2 + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: CallerLine = index.data(_CALLER)
        colours, sizes, rect = theme.current().colours, theme.current().sizes, option.rect
        painter.save()
        paint_ground(painter, option)
        words = rect.adjusted(Space.LARGE, 6, -Space.SMALL, -6)
        top = QRect(words.left(), words.top(), words.width(), words.height() // 2)
        bottom = QRect(words.left(), top.bottom() + 1, words.width(), words.height() // 2)
        name_font = theme.font(sizes.body, QFont.Weight.Medium)
        number = f"{index.row() + 1}  " if self._numbered else ""
        draw_cut(painter, name_font, colours.ink, top, number + (line.name or "No name on file"))
        below = line.phone if not line.pending else f"{line.phone} · {line.pending} on the way"
        draw_cut(painter, theme.font(sizes.small), colours.ink_faint, bottom, below)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.focus))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()


class CallersPane(QFrame):
    """Open callers above, recent ones below; the queues first for who decides or only reads, else last.

    Choosing a caller emits their recipient's id; choosing a queue is told by `queues`.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("callersPane")
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.MEDIUM, 0, 0)
        column.setSpacing(Space.TIGHT)
        self.callers = self._list("callers", "Open callers")
        self.recents = self._list("recents", "Recent callers")
        none = f"Nobody is open. {keys.shown('find')} finds a caller."
        self._none = plain(none, "hint", wrap=True, parent=self)
        self._none.setProperty("names_keys", True)
        self._recent_title = plain("Recent", "section", parent=self)
        self._open_title = plain("Callers", "section", parent=self)
        self.queues = QueueSection(self)
        self._takes_calls = True
        for label in (self._open_title, self._none, self._recent_title):
            label.setContentsMargins(Space.LARGE, 0, Space.SMALL, 0)
        column.addWidget(self._open_title)
        column.addWidget(self._none)
        column.addWidget(self.callers)
        column.addSpacing(Space.MEDIUM)
        column.addWidget(self._recent_title)
        column.addWidget(self.recents, 1)
        self._rest = QWidget(self)  # takes the room that is over where there are no recent callers
        column.addWidget(self._rest, 1)
        column.addWidget(self.queues)
        self._rest.hide()
        self.show_callers((), None)
        self.show_recents(())

    def show_callers(self, lines: tuple[CallerLine, ...], front: str | None) -> None:
        """The open callers in their order, and which of them is in front."""
        self._fill(self.callers, lines, front)
        self._none.setVisible(not lines and self._takes_calls)
        self.callers.setVisible(bool(lines))
        row = self.callers.sizeHintForRow(0) if lines else 0
        self.callers.setFixedHeight(row * len(lines))

    def show_recents(self, lines: tuple[CallerLine, ...]) -> None:
        """Callers opened lately who are not open now."""
        self._fill(self.recents, lines[:_RECENTS], None)
        self._recent_title.setVisible(bool(lines))

    def show_for_calls(self, takes_calls: bool, *, queues_first: bool) -> None:
        """Whether this person has callers at all, and where the queues stand."""
        self._takes_calls = takes_calls
        for part in (self._open_title, self.recents):
            part.setVisible(takes_calls)
        self._rest.setVisible(not takes_calls)
        self._none.setVisible(takes_calls and not self.callers.count())
        self.queues.heading.setText("Queues" if queues_first else "Waits for me")
        self._column.removeWidget(self.queues)
        self._column.insertWidget(0 if queues_first else self._column.count(), self.queues)

    def show_items(self, items: QWidget | None) -> None:
        """The items of the queue in front; the recent callers make room for them."""
        self.queues.show_items(items)
        self._column.setStretchFactor(self.queues, 3 if items is not None else 0)

    def _list(self, name: str, words: str) -> QListWidget:
        made = QListWidget(self)
        made.setObjectName(name)
        made.setAccessibleName(words)
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setMouseTracking(True)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setItemDelegate(_CallerDelegate(made, numbered=name == "callers"))
        made.itemActivated.connect(self._chosen)
        made.itemClicked.connect(self._chosen)
        return made

    def _fill(self, into: QListWidget, lines: tuple[CallerLine, ...], front: str | None) -> None:
        into.clear()
        for line in lines:
            item = QListWidgetItem(into)
            item.setData(_CALLER, line)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{line.name}, {line.phone}")
            item.setData(Qt.ItemDataRole.ToolTipRole, hover(f"{line.name}  {line.phone}"))
            if line.recipient_id == front:
                into.setCurrentItem(item)

    def _chosen(self, item: QListWidgetItem) -> None:
        line: CallerLine = item.data(_CALLER)
        self.chosen.emit(line.recipient_id)
