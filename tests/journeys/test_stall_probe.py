"""What the probe of stalls tells apart."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from care_console.desktop.app import make_application
from tests.desktop.screens.care import on_qt
from tests.support.desks import until
from tests.support.stalls import Stall, StallProbe

_STALL_SECONDS = 0.12


def _longest(kept: Callable[[], object]) -> Stall:
    """The longest stall while the window's thread does this once."""
    make_application()
    found: list[Stall] = []

    async def scenario() -> None:
        probe = StallProbe()
        await until(lambda: probe.beats > 3)
        probe.begin()
        kept()
        await until(lambda: probe.beats > 3)
        probe.stop()
        found.append(probe.longest)

    on_qt(scenario())
    return found[0]


def test_a_wait_for_something_counts_whole() -> None:
    stall = _longest(lambda: threading.Event().wait(_STALL_SECONDS))
    assert stall.counts >= _STALL_SECONDS * 0.9
    assert stall.worked < _STALL_SECONDS / 2


def test_work_counts_whole() -> None:
    def work() -> None:
        ends = time.thread_time() + _STALL_SECONDS
        while time.thread_time() < ends:
            pass

    assert _longest(work).counts >= _STALL_SECONDS


def test_only_time_without_a_processor_is_forgiven() -> None:
    assert Stall(wall=0.30, worked=0.02, starved=0.27).counts < 0.04
    assert Stall(wall=0.30, worked=0.02, starved=0.0).counts == 0.30
    assert Stall(wall=0.30, worked=0.20, starved=9.0).counts == 0.20
