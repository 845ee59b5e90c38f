"""How long the window's thread is kept from its next event, by its own doing.

A timer beats every few milliseconds. Between two beats the thread may have worked (its own processor time) or
have waited for a processor that others have; only the first is the desk's. On a busy machine the clock on the
wall tells of the others.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

_BEAT_MS = 4


class StallProbe(QObject):
    """Beats on the window's thread; `longest` is the longest work between two beats, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self.beats = 0
        self._last = time.thread_time()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT_MS)

    def begin(self) -> None:
        """Measure from here."""
        self.longest, self.beats, self._last = 0.0, 0, time.thread_time()

    def stop(self) -> None:
        """No more."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self._last = now
        self.beats += 1
