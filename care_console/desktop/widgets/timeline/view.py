"""The timeline as a list: Enter opens a row in its place, scrolling fetches older pages, new rows stay out of
the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QWidget
from shiboken6 import isValid

from care_console.desktop.widgets.timeline.delegate import TimelineDelegate
from care_console.desktop.widgets.timeline.long_list import LongList
from care_console.desktop.widgets.timeline.model import RowRole, TimelineModel
from care_console.desktop.widgets.timeline.rows import Row

_AGES_EVERY_MS = 30_000


class TimelineView(LongList):
    """One view for all callers: each caller's model is put in, with its place and selection."""

    row_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAccessibleName("Timeline")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A scroll bar that comes and goes would re-wrap every open row.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._delegate = TimelineDelegate(self, now)
        self.setItemDelegate(self._delegate)
        self._rows_delegate = self._delegate
        self.doubleClicked.connect(self._toggle)
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES_EVERY_MS)
        self._ages.timeout.connect(self.viewport().update)
        self._ages.start()

    def put(self, model: TimelineModel, *, scroll: int = 0, selected_key: str | None = None) -> None:
        """Show a model where its reader left it."""
        before = self.model()
        if isinstance(before, TimelineModel) and isValid(before):
            before.rowsRemoved.disconnect(self.rows_removed)
        self.setModel(model)
        model.rowsRemoved.connect(self.rows_removed)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.doItemsLayout()
        if selected_key is not None:
            self.select(selected_key, scroll_to=False)
        self.verticalScrollBar().setValue(scroll)

    def selected_row(self) -> Row | None:
        """The row that keys act on."""
        index = self.currentIndex()
        return index.data(RowRole.ROW) if index.isValid() else None

    def select(self, key: str, *, scroll_to: bool = True) -> bool:
        """Select a row by its key. False where it is not fetched."""
        model = self.model()
        place = model.place_of(key) if isinstance(model, TimelineModel) else None
        if place is None:
            return False
        index = model.index(place, 0)
        self.setCurrentIndex(index)
        if scroll_to:
            self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        return True

    def rows_in_sight(self) -> int:
        """How many closed rows fit."""
        return self.viewport().height() // self._delegate.row_height

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens and closes; Left closes, Right opens; the rest is the list's."""
        index = self.currentIndex()
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if index.isValid() and plain:
            is_open = bool(index.data(RowRole.IS_OPEN))
            wants = {
                Qt.Key.Key_Return: not is_open,
                Qt.Key.Key_Enter: not is_open,
                Qt.Key.Key_Right: True,
                Qt.Key.Key_Left: False,
            }.get(Qt.Key(event.key()))
            if wants is not None:
                if wants != is_open:
                    self._toggle(index)
                event.accept()
                return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Open rows wrap anew in another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    def _toggle(self, index: QModelIndex) -> None:
        model = self.model()
        if isinstance(model, TimelineModel) and index.isValid():
            model.toggle(index)
            self.doItemsLayout()
            self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def _current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.row_selected.emit(index.data(RowRole.ROW) if index.isValid() else None)
