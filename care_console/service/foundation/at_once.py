"""What comes to its end without waiting needs no task: it is run at once, and only the rest becomes a task.

To make a task, and to come back to it in the next turn of the loop, takes a tenth of a find's whole time.
From Python 3.12 on, asyncio can begin its tasks so (`eager_start`); this does it on 3.11 as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import copy_context
from typing import Any


def begin(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """Run it to its first wait, now; the task that goes on with it, or None where it came to its end.

    Until that wait it is in no task: what needs one (a timeout, a group of tasks) comes after `in_a_task`.
    """
    context = copy_context()
    try:
        awaited = context.run(coroutine.send, None)
    except StopIteration:
        return None
    return loop.create_task(_go_on(coroutine, awaited), context=context)


async def in_a_task() -> None:
    """Go on within a task; at once where there is one."""
    if asyncio.current_task() is None:
        await asyncio.sleep(0)


async def _go_on(coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    await _Rest(coroutine, awaited)


class _Rest:
    """What is left of a coroutine that waits for `awaited`: whatever comes to its task comes to it."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._coroutine = coroutine
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, None]:
        awaited = self._awaited
        while True:
            try:
                try:
                    got = yield awaited
                except BaseException as error:  # noqa: BLE001 - a cancelled task too: it is the coroutine's
                    awaited = self._coroutine.throw(error)
                else:
                    awaited = self._coroutine.send(got)
            except StopIteration:
                return
