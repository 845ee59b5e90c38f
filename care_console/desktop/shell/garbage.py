"""Collects Python's garbage on the window's thread only.

A cycle that holds a Qt object may otherwise be collected on whichever thread happens to allocate, the
store's or an executor's. Qt then cannot stop the object's timers ("from another thread"), keeps them, and
the next one that fires is delivered to freed memory: a crash at a random moment. So the collector is off,
and a timer of the window's own thread does what it would have done.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500


class GarbageOfTheWindow(QObject):
    """Looks twice a second, and collects the generations whose turn it is."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_EVERY_MS)

    def collect(self) -> None:
        """Collect the oldest generation whose threshold is passed, as Python's own collector does."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return


def keep() -> None:
    """What is there now stays for good: later collections pass over it, and are short. On any thread."""
    gc.freeze()


def settle() -> None:
    """Collect once, then keep what stands. On the window's thread."""
    gc.collect()
    keep()
