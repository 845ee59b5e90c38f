"""A list of any length whose rows are all of one height but for the few that are open.

Qt's own list asks every row for its height whenever one is added; with tens of thousands of rows that stops
the window for a third of a second. Here the open rows alone are asked, so nothing is done over all rows.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from care_console.desktop.widgets.timeline.delegate import TimelineDelegate
from care_console.desktop.widgets.timeline.model import TimelineModel

Index = QModelIndex | QPersistentModelIndex
_Move = QAbstractItemView.CursorAction
_Hint = QAbstractItemView.ScrollHint


class LongList(QAbstractItemView):
    """Shows a `TimelineModel`. Rows that come in above what is in sight push nothing down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows_delegate: TimelineDelegate | None = None
        self._heights: dict[int, int] | None = None
        self._hovered = -1

    # where rows are

    @property
    def _height(self) -> int:
        return self._rows_delegate.row_height if self._rows_delegate is not None else 30

    def _open_heights(self) -> dict[int, int]:
        """How much higher than the others each open row is, by its place; in the order of places."""
        if self._heights is None:
            model, found = self.model(), {}
            if isinstance(model, TimelineModel) and self._rows_delegate is not None:
                option = QStyleOptionViewItem()
                for place in model.open_places():
                    whole = self._rows_delegate.sizeHint(option, model.index(place, 0)).height()
                    found[place] = max(0, whole - self._height)
            self._heights = found
        return self._heights

    def _count(self) -> int:
        model = self.model()
        return model.rowCount() if model is not None else 0

    def _top(self, place: int) -> int:
        """Where a row begins, from the top of the first one."""
        return place * self._height + sum(more for at, more in self._open_heights().items() if at < place)

    def _place_at(self, y: int) -> int:
        """The row at a height from the top of the first one; may be beyond the last."""
        above = 0
        for at, more in self._open_heights().items():
            begins = at * self._height + above
            if y < begins:
                break
            if y < begins + self._height + more:
                return at
            above += more
        return (y - above) // self._height

    def visualRect(self, index: Index) -> QRect:
        """Where a row stands in the viewport."""
        if not index.isValid():
            return QRect()
        place = index.row()
        height = self._height + self._open_heights().get(place, 0)
        return QRect(0, self._top(place) - self.verticalOffset(), self.viewport().width(), height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The row at a point of the viewport."""
        y = point.y() + self.verticalOffset()
        place = self._place_at(y) if y >= 0 else -1
        model = self.model()
        if model is None or not 0 <= place < self._count():
            return QModelIndex()
        return model.index(place, 0)

    def scrollTo(self, index: Index, hint: _Hint = _Hint.EnsureVisible) -> None:
        """Scroll so that a row is in sight, no further than needed."""
        if not index.isValid():
            return
        self._set_range()
        rect, bar, room = self.visualRect(index), self.verticalScrollBar(), self.viewport().height()
        if hint is _Hint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - room // 2)
        elif rect.top() < 0 or hint is _Hint.PositionAtTop or rect.height() > room:
            bar.setValue(bar.value() + rect.top())
        elif rect.bottom() >= room or hint is _Hint.PositionAtBottom:
            bar.setValue(bar.value() + rect.bottom() - room + 1)

    def horizontalOffset(self) -> int:
        """There is no sideways."""
        return 0

    def verticalOffset(self) -> int:
        """How far it is scrolled."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: Index) -> bool:
        """No row is hidden."""
        return False

    # moving and selecting

    def moveCursor(self, action: _Move, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Arrows, pages, ends."""
        model, count = self.model(), self._count()
        if model is None or not count:
            return QModelIndex()
        now = self.currentIndex().row() if self.currentIndex().isValid() else 0
        page = max(1, self.viewport().height() // self._height - 1)
        to = {
            _Move.MoveUp: now - 1,
            _Move.MovePrevious: now - 1,
            _Move.MoveDown: now + 1,
            _Move.MoveNext: now + 1,
            _Move.MovePageUp: now - page,
            _Move.MovePageDown: now + page,
            _Move.MoveHome: 0,
            _Move.MoveEnd: count - 1,
        }.get(action, now)
        return model.index(max(0, min(count - 1, to)), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a rectangle of the viewport touches."""
        model = self.model()
        if model is None or not self._count():
            return
        first = max(0, self._place_at(max(0, rect.top() + self.verticalOffset())))
        last = min(self._count() - 1, self._place_at(max(0, rect.bottom() + self.verticalOffset())))
        if first <= last:
            chosen = QItemSelection(model.index(first, 0), model.index(last, 0))
            self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What of a selection is in sight."""
        region = QRegion()
        for place in range(selection.size()):
            part = selection.at(place)
            top, bottom = self.visualRect(part.topLeft()), self.visualRect(part.bottomRight())
            region = region.united(QRegion(top.united(bottom)))
        return region

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows in sight."""
        model, delegate = self.model(), self._rows_delegate
        if model is None or delegate is None:
            return
        painter = QPainter(self.viewport())
        bottom, count = event.rect().bottom(), self._count()
        place = max(0, self._place_at(event.rect().top() + self.verticalOffset()))
        while place < count:
            index = model.index(place, 0)
            option = self._option(index)
            if option.rect.top() > bottom:
                break
            delegate.paint(painter, option, index)
            place += 1
        painter.end()

    def _option(self, index: QModelIndex) -> QStyleOptionViewItem:
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        state = option.state
        state &= ~(QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus)
        if self.selectionModel().isSelected(index):
            state |= QStyle.StateFlag.State_Selected
        if self.hasFocus() and index == self.currentIndex():
            state |= QStyle.StateFlag.State_HasFocus
        if index.row() == self._hovered:
            state |= QStyle.StateFlag.State_MouseOver
        option.state = state
        return option

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row below the mouse shows that it is."""
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: object) -> None:
        """The mouse is somewhere else."""
        super().leaveEvent(event)  # type: ignore[arg-type]
        self._hover(-1)

    def _hover(self, place: int) -> None:
        model = self.model()
        if place != self._hovered and model is not None:
            before, self._hovered = self._hovered, place
            for row in (before, place):
                if 0 <= row < self._count():
                    self.viewport().update(self.visualRect(model.index(row, 0)))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """What is painted moves; only what comes into sight is painted."""
        self.viewport().scroll(dx, dy)

    # what changes

    def updateGeometries(self) -> None:
        """The scroll bar's range; and where all rows are in sight, the next page."""
        super().updateGeometries()
        self._set_range()

    def _set_range(self) -> None:
        bar, room = self.verticalScrollBar(), self.viewport().height()
        bar.setSingleStep(self._height)
        bar.setPageStep(room)
        bar.setRange(0, max(0, self._top(self._count()) - room))
        model = self.model()
        if model is not None and not bar.maximum() and model.canFetchMore(QModelIndex()):
            model.fetchMore(QModelIndex())

    def doItemsLayout(self) -> None:
        """Heights may be others now."""
        self._heights = None
        super().doItemsLayout()

    def reset(self) -> None:
        """Other rows altogether."""
        self._heights = None
        super().reset()
        self._set_range()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Rows that come in above what is in sight push nothing down."""
        bar, many = self.verticalScrollBar(), end - start + 1
        is_above = bar.value() > 0 and self._top(start) < bar.value()
        self._heights = None
        super().rowsInserted(parent, start, end)
        self._set_range()
        if is_above:
            bar.setValue(bar.value() + many * self._height)
        self.viewport().update()

    def rows_removed(self, _parent: QModelIndex, _start: int, _end: int) -> None:
        """Rows are gone."""
        self._heights = None
        self._set_range()
        self.viewport().update()
