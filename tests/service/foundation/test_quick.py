"""The short way to the database: the rows of the long one, several statements a trip, broken ones let go."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from care_console.service.foundation.at_once import begin
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.quick import QuickConnection, QuickPool
from care_console.service.foundation.services import Services
from care_console.service.foundation.statements import Query
from care_console.service.links.tables import links
from tests.service.conftest import NOON
from tests.support import builders
from tests.support.desks import until

pytestmark = pytest.mark.asyncio
LINKS = Query(select(links).where(links.c.message_id == any_(bindparam("ids", type_=ARRAY(BigInteger)))))
PLUS = text("SELECT CAST(:one AS int) + CAST(:other AS int) AS sum, :word % 'word' AS alike, '\\:x' AS colon")


async def test_both_ways_give_the_same_rows(services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, name="Núñez 100% :name")
        message = await builders.a_message(ctx, recipient_id=recipient)
        await builders.a_link(ctx, message, expires_at=NOON + timedelta(days=1))
    asked = ((LINKS, {"ids": [message, 7]}), (PLUS, {"one": 2, "other": 40, "word": "wort"}))
    async with services.database.begin() as connection:
        long = [found.all() for found in await connection.together(*asked)]
    async with services.database.reading() as reading:
        for _ in range(2):  # once prepared anew, once as prepared
            short = [found.all() for found in await reading.together(*asked)]
            assert [list(map(tuple, rows)) for rows in short] == [list(map(tuple, rows)) for rows in long]
            assert short[0][0]._fields == long[0][0]._fields
            assert (await reading.execute(PLUS, asked[1][1])).scalar_one() == 42


async def test_statements_of_one_trip_are_one_transaction(services: Services) -> None:
    async with services.database.reading() as reading:
        stored = text("INSERT INTO name_words (word) VALUES (:word)")
        with pytest.raises(DataError):
            await reading.together((stored, {"word": "quick"}), (text("SELECT 1 / 0"), {}))
        assert reading.is_broken
    async with services.database.reading() as reading:
        found = await reading.execute(text("SELECT word FROM name_words WHERE word = 'quick'"))
        assert found.first() is None


async def test_a_nul_is_refused_as_the_long_way_refuses_it(services: Services) -> None:
    async with services.database.reading() as reading:
        with pytest.raises(DataError):
            await reading.execute(text("SELECT CAST(:word AS text)"), {"word": "a\x00b"})


async def test_an_answer_that_nobody_waited_for_reaches_nobody_else(services: Services) -> None:
    async with services.database.reading() as reading:
        waiting = asyncio.ensure_future(reading.execute(text("SELECT 1 FROM pg_sleep(30)")))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with services.database.reading() as reading:
        assert (await reading.execute(text("SELECT 2"))).scalar_one() == 2


async def test_a_server_that_ended_the_connection_is_noticed_while_it_idles(services: Services) -> None:
    async with services.database.reading() as reading:
        mine = (await reading.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with await psycopg.AsyncConnection.connect(services.database.url, autocommit=True) as other:
        await other.execute("SELECT pg_terminate_backend(%s)", (mine,))
    await until(lambda: reading.is_broken)
    async with services.database.reading() as reading:
        assert (await reading.execute(text("SELECT pg_backend_pid()"))).scalar_one() != mine


async def test_a_server_that_ends_it_in_the_middle_is_told_of(services: Services) -> None:
    async with services.database.reading() as reading:
        with pytest.raises(OperationalError):
            await reading.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert reading.is_broken


async def test_more_at_once_than_there_are_connections_wait_and_then_are_told(database_url: str) -> None:
    pool = QuickPool(database_url, 1, 0.05)
    taken = await pool.take()
    with pytest.raises(NoConnectionFree):
        await pool.take()
    pool.give_back(taken)
    again = await pool.take()
    assert again is taken
    pool.give_back(again)
    pool.close()
    assert taken.is_broken


async def test_what_goes_with_the_next_trip_is_checked_before_it_is_written(services: Services) -> None:
    stored = text("INSERT INTO name_words (word) VALUES (:word)")
    known = text("SELECT word FROM name_words WHERE word LIKE 'quick%'")

    told: list[str] = []
    async with services.database.reading() as reading:
        reading.check_with_next(":one = 2", {"one": 1}, lambda: told.append("failed"))
        await reading.write(stored, {"word": "quickest"})
        with pytest.raises(DataError):
            await reading.execute(text("SELECT 2"))
    assert told == ["failed"]
    async with services.database.reading() as reading:
        await reading.flush()  # what that request left is forgotten
        assert (await reading.execute(known)).all() == []
        reading.check_with_next(":one = 2", {"one": 2}, lambda: told.append("failed"))
        await reading.write(stored, {"word": "quicker"})
        assert (await reading.execute(text("SELECT 2"))).scalar_one() == 2
        assert (await reading.execute(known)).scalar_one() == "quicker"
    assert told == ["failed"]


async def test_a_write_that_waits_is_done_with_flush(services: Services) -> None:
    async with services.database.reading() as reading:
        await reading.write(text("INSERT INTO name_words (word) VALUES ('flushed')"), {})
        await reading.flush()
        found = await reading.execute(text("SELECT word FROM name_words WHERE word = 'flushed'"))
        assert found.scalar_one() == "flushed"


async def test_who_only_reads_changes_nothing_and_the_next_user_may(services: Services) -> None:
    stored = text("INSERT INTO name_words (word) VALUES ('readonly')")
    async with services.database.reading(only=True) as reading:
        assert (await reading.execute(text("SELECT 1"))).scalar_one() == 1
        with pytest.raises(DBAPIError, match="read-only"):
            await reading.execute(stored)
    async with services.database.reading(only=True) as reading:
        assert (await reading.execute(text("SELECT 2"))).scalar_one() == 2
    async with services.database.reading() as again:
        assert again is reading
        await again.execute(stored)


SEVEN = text("SELECT 7")


async def _in_place(connection: QuickConnection) -> bool:
    """Ask something; whether it was answered without a turn of the loop."""
    told: list[int] = []

    async def ask() -> None:
        told.append((await connection.execute(SEVEN)).scalar_one())

    task = begin(ask(), asyncio.get_running_loop())
    if task is not None:
        await task
    assert told == [7]
    return task is None


async def test_an_answer_that_comes_at_once_is_waited_for_in_place_by_who_is_alone(
    services: Services,
) -> None:
    async with services.database.reading() as reading, services.database.reading() as other:
        assert not any([await _in_place(reading) for _ in range(50)])
        reading.waits_in_place = True
        assert any([await _in_place(reading) for _ in range(50)])  # not each: the machine may be busy
        busy = asyncio.ensure_future(other.execute(text("SELECT 1 FROM pg_sleep(0.5)")))
        await asyncio.sleep(0)
        assert not await _in_place(reading)
        await busy
    async with services.database.reading() as reading:
        assert not reading.waits_in_place


async def test_an_answer_that_takes_longer_is_waited_for_as_ever(services: Services) -> None:
    async with services.database.reading() as reading:
        reading.waits_in_place = True
        assert (await reading.execute(text("SELECT 8 FROM pg_sleep(0.05)"))).scalar_one() == 8
        many = text("SELECT generate_series(1, 50000)")
        assert len((await reading.execute(many)).all()) == 50_000
