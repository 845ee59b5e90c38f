"""The sheets over the window that tell of the number of the caller in front; each by a key of its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from care_console.desktop.screens.of_number.prepaid import PrepaidSheet
from care_console.desktop.screens.of_number.sheet import NumberSheet
from care_console.desktop.screens.of_number.texts import TextsSheet
from care_console.desktop.shell.front import Front
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.sheets import Sheet


class NumberSheets(QObject):
    """Opens them for the caller in front, and puts them away once somebody else is.

    `beside`: other sheets that make room for them.
    """

    def __init__(self, parts: Parts, front: Front, window: QWidget, beside: Sequence[Sheet] = ()) -> None:
        super().__init__(window)
        self._parts, self._beside = parts, tuple(beside)
        self.texts = TextsSheet(parts.desk, window)
        self.prepaid = PrepaidSheet(parts.desk, window)
        self.all: tuple[NumberSheet, ...] = (self.texts, self.prepaid)
        front.changed.connect(self._front_changed)

    def close(self) -> None:
        """Hear no more changes."""
        for sheet in self.all:
            sheet.close_hearing()

    def show_texts(self) -> None:
        """The texts of the caller's number; the same key again puts them away."""
        self._show(self.texts)

    def show_prepaid(self) -> None:
        """The prepaid account of the caller's number; the same key again puts it away."""
        self._show(self.prepaid)

    def clear_reach(self) -> None:
        """Say that the caller's number works again; what comes of it is told over its texts."""
        if self.texts.isHidden():
            self._show(self.texts)
        self.texts.clear_mark()

    def _show(self, sheet: NumberSheet) -> None:
        if sheet.put_away():
            return
        for other in (*self.all, *self._beside):
            other.put_away()
        front = self._parts.callers.front
        if front is not None and front.view is not None:
            sheet.open_for(front.view.story)

    def _front_changed(self) -> None:
        front = self._parts.callers.front
        for sheet in self.all:
            if sheet.story is not None and (front is None or front.recipient_id != sheet.story.id):
                sheet.put_away()
