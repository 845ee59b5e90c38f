"""Two parts side by side where both fit, else one above the other; a scroll area that squeezes nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QWidget

_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class Folding(QWidget):
    """The first part takes what the second leaves."""

    def __init__(self, first: QWidget, second: QWidget, gap: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first, self._second = first, second
        self._row = QBoxLayout(_ACROSS, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(gap)
        self._row.addWidget(first, 1)
        self._row.addWidget(second)

    def minimumSizeHint(self) -> QSize:
        """As wide as the wider part: it folds before it pushes anybody."""
        parts = (self._first.minimumSizeHint(), self._second.minimumSizeHint())
        return QSize(max(part.width() for part in parts), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Other words in it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        needed = self._first.minimumSizeHint().width() + self._second.sizeHint().width()
        fits = needed + self._row.spacing() <= self.width()
        self._row.setDirection(_ACROSS if fits else _DOWN)


class WholeScrollArea(QScrollArea):
    """Gives what is in it the height that its wrapped words need at this width, which Qt does not."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another height."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Other words."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        inside = self.widget()
        layout = inside.layout() if inside is not None else None
        if inside is None or layout is None or not layout.hasHeightForWidth():
            return
        needed = layout.minimumHeightForWidth(self.viewport().width())
        if needed != inside.minimumHeight():
            inside.setMinimumHeight(needed)
