"""The open requests below the queue's line: two lines each, by keys. Model and view, never a widget a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from care_console.contract.approvals import Approval
from care_console.desktop.screens.approvals import facts
from care_console.desktop.shell import theme
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import hover
from care_console.desktop.widgets.rows import draw_cut, paint_ground
from care_console.desktop.widgets.timeline.model import Index

_AGES_MS = 20_000


class ItemRole(IntEnum):
    """What else an index tells."""

    APPROVAL = Qt.ItemDataRole.UserRole + 1


class ApprovalsModel(QAbstractListModel):
    """The requests, the oldest first. One that ended stays while it is the one looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Approval] = []

    def rowCount(self, parent: Index | None = None) -> int:
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A request, and its words for whoever hears the screen."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        approval = self._rows[index.row()]
        if role == ItemRole.APPROVAL:
            return approval
        words = f"{facts.what(approval)}, {facts.who(approval)}, {facts.asked(approval, datetime.now(UTC))}"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return words
        return hover(words) if role == Qt.ItemDataRole.ToolTipRole else None

    def at(self, row: int) -> Approval | None:
        """The request of a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, approval_id: str | None) -> int:
        """The row of a request, -1 for none."""
        return next((row for row, one in enumerate(self._rows) if one.id == approval_id), -1)

    def show(self, wanted: Sequence[Approval]) -> None:
        """Show these and no others; what stays keeps its place, so that nothing moves under the cursor."""
        kept = {one.id for one in wanted}
        for row in reversed(range(len(self._rows))):
            if self._rows[row].id not in kept:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._rows[row]
                self.endRemoveRows()
        for one in wanted:
            row = self.row_of(one.id)
            if row < 0:
                row = len(self._rows)
                self.beginInsertRows(QModelIndex(), row, row)
                self._rows.append(one)
                self.endInsertRows()
            elif self._rows[row] != one:
                self._rows[row] = one
                self.dataChanged.emit(self.index(row), self.index(row))


class _Delegate(QStyledItemDelegate):
    """What, and for whom; below it by whom and since when."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, QFontMetrics(theme.font()).height() * 3 + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        approval: Approval = index.data(ItemRole.APPROVAL)
        colours, sizes, rect = theme.current().colours, theme.current().sizes, option.rect
        painter.save()
        paint_ground(painter, option)
        words = rect.adjusted(Space.LARGE + Space.SMALL, 5, -Space.SMALL, -5)
        ended = facts.outcome(approval) is not None
        below = "decided" if ended else facts.asked(approval, datetime.now(UTC))
        strong = theme.font(sizes.body, QFont.Weight.Medium)
        for place, (font, colour, text) in enumerate(
            (
                (strong, colours.ink_faint if ended else colours.ink, facts.what(approval)),
                (theme.font(sizes.small), colours.ink_soft, facts.who(approval)),
                (theme.font(sizes.small), colours.ink_faint, below),
            )
        ):
            height = words.height() // 3
            line = QRect(words.left(), words.top() + place * height, words.width(), height)
            draw_cut(painter, font, colour, line, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.focus))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()


class ApprovalItems(QListView):
    """The list. `picked`: the request that is selected; `entered`: Enter goes on to its decision."""

    picked = Signal(object)
    entered = Signal()

    def __init__(self, model: ApprovalsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queueItems")
        self.setAccessibleName("Open requests")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Delegate(self))
        self.setModel(model)
        self._model = model
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES_MS)
        self._ages.timeout.connect(self.viewport().update)
        self._ages.start()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Another one is selected."""
        super().currentChanged(current, previous)
        self.picked.emit(self._model.at(current.row()) if current.isValid() else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on to the decision."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.entered.emit()
            return
        super().keyPressEvent(event)
