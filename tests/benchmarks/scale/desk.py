"""The desk's window on the real service, driven by keys: how long rows take, how long its thread stalls, its memory.

``python -m tests.benchmarks.scale.desk SERVER FOLDER LOGIN PASSWORD PHONE`` prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# First, as in the command: it minds what PySide does to imports.
import care_console.desktop.shell  # noqa: F401

# isort: split
from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop

from care_console.desktop.app import DeskHandle, make_application, open_desk
from care_console.desktop.keychain import MemoryKeychain

_TICK_MS = 1
_MOST_SECONDS = 120
_FINDS = ("2145550142", "maria garcia", "4242 3.99 nov 14", "johnson", "jose hernandez", "972555")


class Stalls(QObject):
    """Ticks each millisecond on the window's thread; the longest time between two ticks is the longest stall."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Watch from now on."""
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer.start(_TICK_MS)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now

    def end(self) -> float:
        """The longest stall, in ms."""
        self._timer.stop()
        return max(self.longest, time.perf_counter() - self._last) * 1000


class Painted(QObject):
    """Says when a widget was painted after a condition came true."""

    def __init__(self, widget: QWidget, condition: Callable[[], object]) -> None:
        super().__init__(widget)
        self._condition = condition
        self._widget = widget
        self.at: float | None = None
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at each paint."""
        if event.type() == QEvent.Type.Paint and self.at is None and self._condition():
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        if self.at is None:
            self.at = time.perf_counter()
            self._widget.removeEventFilter(self)


async def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for a condition, looking each millisecond."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is the window's
            await asyncio.sleep(0.001)


async def drive(server: str, folder: Path, login: str, password: str, phone: str) -> dict[str, Any]:
    """Find, open the heaviest story, scroll through it."""
    handle = await open_desk(server, login, password, data_dir=folder, keychain=MemoryKeychain())
    try:
        await until(lambda: handle.window.frame.top.find_box.isVisible())
        keys = await _keys(handle)
        stall, rows, opened = await _story(handle, phone)
        return {
            "keys_ms": keys, "stall_ms": stall, "rows": rows, "opened_mb": opened, "rss_mb": _rss_mb()
        }  # fmt: skip
    finally:
        await handle.close()


async def _keys(handle: DeskHandle) -> list[float]:
    """From each key until rows for the words that stand there are painted, in ms; a key a tenth of a second."""
    window, box = handle.window, handle.window.frame.top.find_box
    taken: list[float] = []
    chance = random.Random(1)
    for words in _FINDS * 3:
        box.setFocus()
        box.clear()
        await asyncio.sleep(0.05)
        for place, key in enumerate(words):
            QTest.keyClicks(box, key)
            began = time.perf_counter()
            if place < 2:
                continue  # two letters find next to nobody: there are no rows to wait for
            painted = Painted(window.hits.list.viewport(), lambda: window.finder.is_current)
            if chance.random() < 0.8:
                await until(lambda: window.finder.is_current)
                if window.finder.answer.hits:
                    window.hits.list.viewport().update()
                    await until(lambda painted=painted: painted.at is not None)  # type: ignore[misc]
                    assert painted.at is not None
                    taken.append((painted.at - began) * 1000)
            painted.at = painted.at or 0.0
            await asyncio.sleep(0.03)
    return taken


async def _story(handle: DeskHandle, phone: str) -> tuple[float, int, float]:
    """The longest stall while the heaviest story opens and is scrolled to its end, in ms, its rows, and the
    memory once it was open, in MB."""
    window, box = handle.window, handle.window.frame.top.find_box
    box.setFocus()
    box.clear()
    QTest.keyClicks(box, phone)
    await until(lambda: window.finder.is_current and window.finder.answer.hits)
    stalls = Stalls()
    stalls.begin()
    QTest.keyClick(box, Qt.Key.Key_Return)
    await until(lambda: (front := window.callers.front) and front.view and front.model.loaded)
    opened = _rss_mb()
    timeline = window.frame.story.timeline
    bar = timeline.verticalScrollBar()
    model = timeline.model()
    began = time.perf_counter()
    while model.canFetchMore(QModelIndex()) or model.is_asking or bar.value() < bar.maximum():
        bar.setValue(bar.value() + bar.pageStep())
        await asyncio.sleep(0.008)
        if window.callers.front.trouble or time.perf_counter() - began > _MOST_SECONDS:
            raise RuntimeError(f"the story's end was not reached: {window.callers.front.trouble}")
    return stalls.end(), model.rowCount(), opened


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Drive, print, end."""
    server, folder, login, password, phone = sys.argv[1:]
    loop = QEventLoop(make_application())
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        print(json.dumps(runner.run(drive(server, Path(folder), login, password, phone))), flush=True)
    assert QApplication.instance() is not None


if __name__ == "__main__":
    main()
