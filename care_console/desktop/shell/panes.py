"""Going round the panes of the window by key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def step(panes: Sequence[QWidget], by: int) -> None:
    """Move the focus to the next pane (`by` 1) or the one before (-1) that has something to take it."""
    focus = QApplication.focusWidget()
    here = next((at for at, pane in enumerate(panes) if focus is not None and _holds(pane, focus)), -1)
    reason = Qt.FocusReason.TabFocusReason if by > 0 else Qt.FocusReason.BacktabFocusReason
    for distance in range(1, len(panes) + 1):
        target = _first_focusable(panes[(here + by * distance) % len(panes)])
        if target is not None:
            target.setFocus(reason)
            return


def _holds(pane: QWidget, focus: QWidget) -> bool:
    return pane is focus or pane.isAncestorOf(focus)


def _first_focusable(pane: QWidget) -> QWidget | None:
    if not pane.isVisible():
        return None
    for widget in (pane, *pane.findChildren(QWidget)):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None:
            return widget
    return None
