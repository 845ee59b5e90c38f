"""Time as the window knows it: one clock, one tick a second for all that shows or watches time."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

_TICK_MS = 1000


class Clock(QObject):
    """`ticked` fires every second. A test gives the window a clock that it moves by hand."""

    ticked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.ticked)
        self._timer.start()

    def now(self) -> datetime:
        """The moment, aware."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """What ``time.monotonic()`` counts: for how long something lasts, whatever the wall clock does."""
        return time.monotonic()
