"""A server that goes, at whichever moment: whoever asked is told, nobody waits, nothing stays half done."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from care_console.service.foundation.database import Database
from care_console.service.foundation.loop import run_loop

TOLD = text("SELECT CAST(:word AS text)")
NUMBER = text("SELECT pg_backend_pid()")
STORED = text("INSERT INTO name_words (word) VALUES ('half')")
LOOPS: dict[str, Callable[[Coroutine[Any, Any, None]], None]] = {"asyncio": asyncio.run, "ours": run_loop}


@pytest.fixture
def other(database_url: str) -> Iterator[psycopg.Connection]:
    """What ends the others' connections. It stops the loop meanwhile, as a busy machine does."""
    with psycopg.connect(database_url, autocommit=True) as other:
        yield other


@pytest.mark.parametrize("loop", LOOPS)
def test_one_that_goes_at_any_moment_is_told_of_and_nobody_waits(
    database_url: str, other: psycopg.Connection, loop: str
) -> None:
    chance = random.Random(loop)
    unheard: list[dict[str, Any]] = []

    async def ask_all() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
        database = Database(database_url, pool_size=1)
        for _ in range(200):
            async with asyncio.timeout(20):
                with pytest.raises(OperationalError):
                    await _ask_while_it_goes(database, other, chance)
        await database.close()

    LOOPS[loop](ask_all())
    assert unheard == []
    assert other.execute("SELECT count(*) FROM name_words WHERE word = 'half'").fetchone() == (0,)


async def _ask_while_it_goes(database: Database, other: psycopg.Connection, chance: random.Random) -> None:
    async with database.begin() as connection:
        mine = (await connection.execute(NUMBER)).scalar_one()
        if chance.random() < 0.5:
            await connection.execute(STORED)
        _end(other, mine, chance.choice((0, 1e-4, 3e-4, 6e-4, 1e-3, 2e-3)))
        await connection.execute(TOLD, {"word": "a" * chance.choice((1, 1_000, 300_000))})


def _end(other: psycopg.Connection, backend: int, seconds: float) -> None:
    """End it, and let it come so far: how far is what is tried, no wait for luck."""
    other.execute("SELECT pg_terminate_backend(%s)", (backend,))
    time.sleep(seconds)


@pytest.mark.parametrize("letters", [1, 5_000_000])
@pytest.mark.parametrize("loop", LOOPS)
def test_one_that_was_gone_before_it_was_asked_is_told_of_at_once(
    database_url: str, other: psycopg.Connection, loop: str, letters: int
) -> None:
    async def ask() -> None:
        database = Database(database_url, pool_size=1)
        for taken in (database.begin, database.reading):
            async with asyncio.timeout(20):
                with pytest.raises(OperationalError):
                    await _ask_one_that_is_gone(taken(), other, "a" * letters)
        await database.close()

    LOOPS[loop](ask())


async def _ask_one_that_is_gone(taken: Any, other: psycopg.Connection, word: str) -> None:
    async with taken as connection:
        mine = (await connection.execute(NUMBER)).scalar_one()
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (mine,))
        await connection.execute(TOLD, {"word": word})
