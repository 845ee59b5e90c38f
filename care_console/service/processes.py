"""Several processes that serve on one listening socket: begun, watched, replaced and ended together.

Each has everything of its own but the socket; what they know in common is in the database. Which of them
takes a connection is left to the system: one that has nothing to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

import structlog

from care_console.service.foundation.metrics import SHARED_FOLDER, forget_process
from care_console.service.foundation.trouble import Trouble
from care_console.service.recordings.workshop import MOST_WORKERS
from care_console.service.settings import Settings

MOST_BY_ITSELF = 4
"""Nobody asked for more than this; each takes its connections of the database."""
_CONNECTIONS_TOGETHER = 20
_END_SECONDS = 15.0
"""Longer than a process takes to end what it is at (`serve._STOP_SECONDS`)."""
_AGAIN_SECONDS = 1.0
"""So long after one that ended before it served is the next one begun."""

log = structlog.get_logger(__name__)


def as_many_as_fit() -> int:
    """One for each core that this process may use, up to four. One where a socket cannot be shared."""
    if sys.platform == "win32":
        return 1
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(cores, MOST_BY_ITSELF)


def share_of(settings: Settings, processes: int) -> Settings:
    """The settings of one of so many: together they are to take little more than one would.

    A number of connections that was set is kept: it is said of each process.
    """
    share: dict[str, Any] = {}
    if "pool_size" not in settings.model_fields_set:
        share["pool_size"] = max(2, min(settings.pool_size, _CONNECTIONS_TOGETHER // processes))
    # Connections do not spread evenly: with no more workers than cores, one process let its recorders wait
    # while the cores of another stood still.
    workers = settings.sound_workers or 2 * min(os.cpu_count() or 1, MOST_WORKERS)
    share["sound_workers"] = math.ceil(workers / processes)
    return settings.model_copy(update=share)


@dataclass
class _One:
    process: SpawnProcess
    ready: Connection
    has_served: bool = False


class Several:
    """So many processes that run `target(ready, *arguments)`; each sends True on `ready` once it serves."""

    def __init__(self, count: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self._count = count
        self._target = target
        self._arguments = arguments
        self._running: list[_One] = []
        self._begin_again_at = 0.0

    def run(self, say_ready: Callable[[], None]) -> None:
        """Until a signal (SIGINT, SIGTERM); one that ends before that is replaced.

        `say_ready`: called once, when all serve. Raises Trouble where one ends before they ever did.
        """
        with _told_to_stop() as told, _figures_in_common():
            try:
                if self._begin_all(told):
                    say_ready()
                    self._watch(told)
            finally:
                self._end_all()

    def _begin_all(self, told: int) -> bool:
        """Whether all serve; False for a signal while they began."""
        for _ in range(self._count):
            self._begin()
        while not all(one.has_served for one in self._running):
            if told in self._wait(told, None):
                return False
            if any(not one.process.is_alive() for one in self._running):
                raise Trouble("A process of the service ended before it served. What it said stands above.")
        return True

    def _watch(self, told: int) -> None:
        while True:
            missing = len(self._running) < self._count
            pause = max(0.0, self._begin_again_at - time.monotonic()) if missing else None
            if told in self._wait(told, pause):
                return
            for one in [one for one in self._running if not one.process.is_alive()]:
                self._let_go(one)
            if len(self._running) < self._count and time.monotonic() >= self._begin_again_at:
                self._begin()

    def _wait(self, told: int, seconds: float | None) -> list[Any]:
        """Until something happens, for so long at most; one that says that it serves is believed."""
        begun = [one for one in self._running if not one.has_served]
        ended = [one.process.sentinel for one in self._running]
        happened = wait([told, *ended, *(one.ready for one in begun)], seconds)
        for one in begun:
            with contextlib.suppress(EOFError, OSError):
                one.has_served = one.ready in happened and bool(one.ready.recv())
        return happened

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        ready, says_ready = context.Pipe(duplex=False)
        process = context.Process(target=self._target, args=(says_ready, *self._arguments))
        process.start()
        says_ready.close()
        self._running.append(_One(process, ready))

    def _let_go(self, one: _One) -> None:
        log.error(
            "web.process_ended", process=one.process.pid, code=one.process.exitcode, served=one.has_served
        )
        if not one.has_served:
            self._begin_again_at = time.monotonic() + _AGAIN_SECONDS
        self._running.remove(one)
        self._forget(one)

    def _end_all(self) -> None:
        for one in self._running:
            one.process.terminate()
        until = time.monotonic() + _END_SECONDS
        for one in self._running:
            one.process.join(max(0.0, until - time.monotonic()))
            if one.process.is_alive():
                log.error("web.process_killed", process=one.process.pid)
                one.process.kill()
                one.process.join()
            self._forget(one)
        self._running.clear()

    def _forget(self, one: _One) -> None:
        if one.process.pid is not None:
            forget_process(one.process.pid)
        one.ready.close()
        one.process.close()


@contextlib.asynccontextmanager
async def until_alone(stop: Callable[[], None]) -> AsyncIterator[None]:
    """For as long as the block lasts: `stop` is called when the process that began this one is gone.

    A killed one cannot tell those that it began, and the next could not listen where they still do.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        yield
        return
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(parent.sentinel)
        stop()

    loop.add_reader(parent.sentinel, gone)
    try:
        yield
    finally:
        loop.remove_reader(parent.sentinel)


@contextlib.contextmanager
def _told_to_stop() -> Iterator[int]:
    """A file that can be read once a signal has come."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = {number: signal.signal(number, _nothing) for number in (signal.SIGINT, signal.SIGTERM)}
    woken_before = signal.set_wakeup_fd(writer)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(woken_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


def _nothing(_number: int, _frame: object) -> None:
    """What a signal does is done by whoever reads the pipe."""


@contextlib.contextmanager
def _figures_in_common() -> Iterator[None]:
    """Whichever process is asked for `/metrics` tells the figures of all, those of ended ones too."""
    with tempfile.TemporaryDirectory(prefix="care-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_FOLDER]
