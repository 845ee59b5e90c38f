"""One thread for work that blocks (disk, keychain), so that the window's thread never waits for it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "Future[Any]"]


class OneThread:
    """Runs calls one after another, in the order in which they were asked for.

    A daemon thread: a keychain's prompt that nobody answers must not keep the program from ending.
    """

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, call: Callable[..., T], *args: Any) -> T:
        """The call's result. Cancelled while waiting, the call is still made: what was begun is written."""
        done: Future[T] = Future()
        self._jobs.put((lambda: call(*args), done))
        return await asyncio.shield(asyncio.wrap_future(done))

    def stop(self, patience_seconds: float = 5) -> None:
        """End after what was asked for so far."""
        self._jobs.put(None)
        self._thread.join(patience_seconds)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            call, done = job
            try:
                result = call()
            except BaseException as failure:  # noqa: BLE001 - it belongs to whoever asked, not to this thread
                done.set_exception(failure)
            else:
                done.set_result(result)
