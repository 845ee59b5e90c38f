"""Where the focus was before something was opened, so that closing it puts the hands back there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from shiboken6 import isValid

from care_console.desktop.shell.tokens import Space


class WayBack:
    """Remembers one place outside of the column."""

    def __init__(self, column: QWidget) -> None:
        self._column = column
        self._came_from: QWidget | None = None

    def remember(self, *, even_inside: bool = False) -> None:
        """Come back to what has the focus now; the column's own parts count only where asked for."""
        focus = QApplication.focusWidget()
        if even_inside or focus is None or not self._column.isAncestorOf(focus):
            self._came_from = focus

    def forget(self) -> None:
        """Another caller: the place of before means nothing any more."""
        self._came_from = None

    def go(self) -> None:
        """Go back, where the place is still there."""
        came_from, self._came_from = self._came_from, None
        if came_from is not None and isValid(came_from) and came_from.isVisible():
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)


def bring_into_view(part: QWidget) -> None:
    """Scroll whatever holds a part so that it is seen."""
    at = part.parentWidget()
    while at is not None and not isinstance(at, QScrollArea):
        at = at.parentWidget()
    if at is not None:
        at.ensureWidgetVisible(part, 0, Space.MEDIUM)
