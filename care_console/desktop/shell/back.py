"""Esc: the innermost thing that can step back does, and nothing typed is lost. F6: from pane to pane."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from care_console.desktop.shell.panes import step
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.sheets import Sheet


class Back:
    """Steps back in one window. `sheets`: those over it, which go first."""

    def __init__(self, parts: Parts, sheets: Sequence[Sheet], window: QWidget) -> None:
        self._parts, self._sheets, self._window = parts, sheets, window

    def step(self) -> bool:
        """Esc. False where nothing was open that could step back."""
        if any(sheet.put_away() for sheet in self._sheets):
            return True
        if not self._parts.hits.isHidden():
            self._parts.hits.hide()
            return True
        if self._pane_steps_back() or self._parts.frame.notices.put_away_newest():
            return True
        if self._parts.callers.front is not None:
            self._parts.frame.story.timeline.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def pane(self, by: int) -> None:
        """The next pane (1) or the one before (-1)."""
        step(self._parts.frame.panes(), by)

    def _pane_steps_back(self) -> bool:
        at: QWidget | None = QApplication.focusWidget()
        while at is not None and at is not self._window:
            if _steps_back(at):
                return True
            at = at.parentWidget()
        return _steps_back(self._parts.frame.side_widget)


def _steps_back(widget: QWidget) -> bool:
    step_back = getattr(widget, "step_back", None)
    return bool(callable(step_back) and step_back())
