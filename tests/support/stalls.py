"""How long the window's thread is kept from its next event, but for the time in which it had no processor.

A timer beats every few milliseconds. Between two beats the thread has worked, or has waited: for a lock, a
disk, a sleep, all of which a person feels and which count. Or it was ready to run and others of the machine
had the processors, which says nothing about the desk: the kernel tells how long that was (Linux, the second
number of ``/proc/self/task/*/schedstat``, nanoseconds). The same goes for a thread of ours that has Python's
interpreter lock and no processor. Where the kernel tells nothing, all counts.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

_BEAT_MS = 4
_TASKS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True)
class Stall:
    """The time between two beats, in seconds: on the wall, at work, and ready but with no processor."""

    wall: float
    worked: float
    starved: float

    @property
    def counts(self) -> float:
        """What of it is the desk's own doing."""
        return max(0.0, self.worked, self.wall - self.starved)

    def __str__(self) -> str:
        told = (f"{part * 1000:.0f} ms {name}" for name, part in self._parts())
        return ", ".join(told)

    def _parts(self) -> list[tuple[str, float]]:
        return [("in all", self.wall), ("at work", self.worked), ("without a processor", self.starved)]


NONE = Stall(0.0, 0.0, 0.0)


class StallProbe(QObject):
    """Beats on the window's thread; `longest` is the stall of which most counts."""

    def __init__(self) -> None:
        super().__init__()
        self._queues = _Queues()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT_MS)
        self.begin()

    def begin(self) -> None:
        """Measure from here."""
        self.longest, self.beats = NONE, 0
        self._last = self._now()

    def stop(self) -> None:
        """No more."""
        self._timer.stop()
        self._queues.close()

    def _now(self) -> tuple[float, float, float]:
        return time.monotonic(), time.thread_time(), self._queues.seconds()

    def _beat(self) -> None:
        now = self._now()
        stall = Stall(*(after - before for after, before in zip(now, self._last, strict=True)))
        self._last = now
        self.beats += 1
        if stall.counts > self.longest.counts:
            self.longest = stall


class _Queues:
    """How long the threads of this process have been ready to run without a processor, so far."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}
        self._known = -1
        self._each: dict[str, float] = {}

    def seconds(self) -> float:
        if not _TASKS.is_dir():
            return 0.0
        if threading.active_count() != self._known:
            self._known = threading.active_count()
            self._look()
        for task, file in tuple(self._files.items()):
            try:
                self._each[task] = int(os.pread(file, 64, 0).split()[1]) / 1e9
            except (OSError, IndexError):  # it has ended: what it waited stays counted
                os.close(self._files.pop(task))
        return sum(self._each.values())

    def _look(self) -> None:
        for task in os.listdir(_TASKS):
            if task not in self._files:
                try:
                    self._files[task] = os.open(_TASKS / task / "schedstat", os.O_RDONLY)
                except OSError:
                    continue

    def close(self) -> None:
        for file in self._files.values():
            os.close(file)
        self._files.clear()
