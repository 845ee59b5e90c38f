"""Starts coroutines from slots: keeps each task referenced until it ends, and tells of a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

Reporter = Callable[[str, BaseException], None]

_running: set[asyncio.Task[Any]] = set()
_keeping: set[asyncio.Task[Any]] = set()
_reporter: Reporter | None = None


def report_to(reporter: Reporter | None) -> None:
    """Who is told of a task that failed: its name and what it raised. None: the log alone."""
    global _reporter
    _reporter = reporter


def start(coro: Coroutine[Any, Any, Any], name: str, *, keeps: bool = False) -> asyncio.Task[Any]:
    """Run a coroutine beside the window. `name` says what was tried, for the notice if it fails: ``finding``.

    `keeps`: it writes down what a person typed or did, so a desk that closes waits for it. Being cancelled is
    no failure, and stays visible to whoever awaits the task.
    """
    task = asyncio.get_running_loop().create_task(coro, name=name)
    _running.add(task)
    if keeps:
        _keeping.add(task)
    task.add_done_callback(_ended)
    return task


async def stop_all(limit_seconds: float = 3.0) -> None:
    """Finish what keeps something, cancel whatever else runs, and wait for it: each within the limit."""
    if _keeping:
        await asyncio.wait(tuple(_keeping), timeout=limit_seconds)
    for task in tuple(_running):
        task.cancel()
    if _running:
        await asyncio.wait(tuple(_running), timeout=limit_seconds)


def _ended(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    _keeping.discard(task)
    if task.cancelled():
        return
    trouble = task.exception()
    if trouble is None:
        return
    log.error("%s failed", task.get_name(), exc_info=trouble)
    if _reporter is not None:
        _reporter(task.get_name(), trouble)
