"""Buttons of one width side by side, in as many rows as it takes for none to be cut off."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from care_console.desktop.shell.tokens import Space


class EvenRow(QWidget):
    """All in one row where all fit, else fewer in a row."""

    def __init__(self, parts: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = tuple(parts)
        self._across = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.TIGHT)
        self._place(len(self._parts))

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest part: it takes another row before it pushes anybody."""
        return QSize(self._widest(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Other words in them."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _widest(self) -> int:
        return max(part.minimumSizeHint().width() for part in self._parts)

    def _fit(self) -> None:
        gap = self._grid.spacing()
        fitting = (self.width() + gap) // (self._widest() + gap)
        self._place(min(max(fitting, 1), len(self._parts)))

    def _place(self, across: int) -> None:
        if across == self._across:
            return
        for part in self._parts:
            self._grid.removeWidget(part)
        for number, part in enumerate(self._parts):
            self._grid.addWidget(part, number // across, number % across)
        for column in range(len(self._parts)):
            self._grid.setColumnStretch(column, 1 if column < across else 0)
        self._across = across
