"""What is begun at once does what a task does: all of it, once, in its order, and no later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

import pytest

from care_console.service.foundation.at_once import begin, in_a_task
from care_console.service.foundation.loop import run_loop

LOOPS: dict[str, Callable[[Coroutine[Any, Any, None]], None]] = {"asyncio": asyncio.run, "ours": run_loop}
WHERE: ContextVar[str] = ContextVar("WHERE", default="outside")


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Callable[[Coroutine[Any, Any, None]], None]:
    """Runs a coroutine on one of the loops."""
    return LOOPS[request.param]


Run = Callable[[Coroutine[Any, Any, None]], None]


def test_what_does_not_wait_is_done_at_once_and_needs_no_task(run: Run) -> None:
    told: list[str] = []

    async def work() -> None:
        told.append("done")

    async def main() -> None:
        assert begin(work(), asyncio.get_running_loop()) is None
        assert told == ["done"]

    run(main())


def test_the_rest_is_done_in_a_task_with_what_it_waited_for(run: Run) -> None:
    told: list[Any] = []

    async def work(*awaited: asyncio.Future[int]) -> None:
        told.append("begun")
        for one in awaited:
            try:
                told.append(await one)
            except ValueError as error:
                told.append(str(error))
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await asyncio.sleep(0.001)
        told.append("done")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        first, second, third = (loop.create_future() for _ in range(3))
        second.set_exception(ValueError("not that one"))
        task = begin(work(first, second, third), loop)
        assert task is not None
        assert told == ["begun"]
        first.set_result(1)
        loop.call_later(0.001, third.set_result, 3)
        await task
        assert told == ["begun", 1, "not that one", 3, "done"]

    run(main())


def test_what_needs_a_task_has_one_after_it_asked_for_it(run: Run) -> None:
    told: list[object] = []

    async def work() -> None:
        told.append(asyncio.current_task())
        await in_a_task()
        told.append(asyncio.current_task())
        await in_a_task()
        told.append(asyncio.current_task())

    async def main() -> None:
        outside = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(
            lambda: outside.set_result(begin(work(), asyncio.get_running_loop()))
        )
        task = await outside
        await task
        assert told == [None, task, task]

    run(main())


def test_an_error_of_the_rest_is_the_tasks(run: Run) -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        raise ValueError("of the rest")

    async def main() -> None:
        task = begin(work(), asyncio.get_running_loop())
        assert task is not None
        with pytest.raises(ValueError, match="of the rest"):
            await task

    run(main())


def test_it_is_cut_off_as_a_task_is(run: Run) -> None:
    told: list[str] = []

    async def work(never: asyncio.Future[None]) -> None:
        try:
            await never
        except asyncio.CancelledError:
            told.append("cut off")
            raise
        finally:
            await asyncio.sleep(0)
            told.append("tidied up")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        never = loop.create_future()
        task = begin(work(never), loop)
        assert task is not None
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert told == ["cut off", "tidied up"]
        assert never.cancelled()

    run(main())


def test_what_it_sets_for_itself_nobody_else_sees(run: Run) -> None:
    told: list[str] = []

    async def work() -> None:
        WHERE.set("inside")
        await asyncio.sleep(0)
        told.append(WHERE.get())

    async def main() -> None:
        task = begin(work(), asyncio.get_running_loop())
        assert WHERE.get() == "outside"
        assert task is not None
        await task
        assert (told, WHERE.get()) == (["inside"], "outside")

    run(main())
