"""A transaction over a connection of the pool: what is committed, what is undone, what is not used again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from care_console.service.foundation import quick
from care_console.service.foundation.database import Database
from care_console.service.foundation.statements import Query
from care_console.service.prepaid.tables import ledger_accounts, ledger_entries, ledger_transactions
from care_console.service.recipients.tables import name_words

pytestmark = pytest.mark.asyncio

KNOWN = Query(select(name_words.c.word).order_by(name_words.c.word))


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=1)
    yield database
    await database.close()


async def _backend(database: Database) -> int:
    async with database.begin() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def _words(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(KNOWN)).scalars())


async def test_a_connection_is_used_again_until_its_server_ends_it(database: Database) -> None:
    mine = await _backend(database)
    assert await _backend(database) == mine
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as other:
        ended = await other.execute("SELECT pg_terminate_backend(%s, 10000)", (mine,))  # and waits for it
        assert await ended.fetchone() == (True,)
    assert await _backend(database) != mine


async def test_it_is_seen_by_others_once_committed_and_not_before(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(insert(name_words), {"word": "ana"})
        await connection.write(insert(name_words).values(word="luz"), {})
        assert await _words(database) == []
    assert await _words(database) == ["ana", "luz"]


async def test_what_only_waits_to_be_written_is_committed_too(database: Database) -> None:
    async with database.begin() as connection:
        await connection.write(insert(name_words).values(word="luz"), {})
    assert await _words(database) == ["luz"]


async def test_what_raises_undoes_all_of_it_and_the_connection_serves_on(database: Database) -> None:
    async def think_again() -> None:
        async with database.begin() as connection:
            await connection.execute(insert(name_words), {"word": "ana"})
            await connection.write(insert(name_words).values(word="luz"), {})
            raise LookupError

    mine = await _backend(database)
    with pytest.raises(LookupError):
        await think_again()
    assert await _words(database) == []
    assert await _backend(database) == mine


async def test_an_error_of_the_database_undoes_all_of_it_even_if_nobody_minds(database: Database) -> None:
    async def go_on() -> None:
        async with database.begin() as connection:
            await connection.execute(insert(name_words), {"word": "ana"})
            with suppress(IntegrityError):
                await connection.execute(insert(name_words), {"word": "ana"})

    with pytest.raises(OperationalError):
        await go_on()
    assert await _words(database) == []


async def test_a_write_that_fails_with_the_commit_is_told_of(database: Database) -> None:
    async def write_twice() -> None:
        async with database.begin() as connection:
            await connection.execute(insert(name_words), {"word": "ana"})
            await connection.write(insert(name_words).values(word="ana"), {})

    with pytest.raises(IntegrityError):
        await write_twice()
    assert await _words(database) == []


async def test_a_constraint_that_is_looked_at_in_the_end_is_told_of(database: Database) -> None:
    """Every transaction of the ledger sums up, or its commit is refused."""
    transactions = select(func.count()).select_from(ledger_transactions)

    async def deposit_from_nowhere() -> None:
        async with database.begin() as connection:
            account = insert(ledger_accounts).values(kind="recipient", phone="+12145550142", pin_hash="x")
            of = (await connection.execute(account.returning(ledger_accounts.c.id))).scalar_one()
            made = insert(ledger_transactions).values(kind="deposit", at=func.now())
            id = (await connection.execute(made.returning(ledger_transactions.c.id))).scalar_one()
            entry = {"transaction_id": id, "account_id": of, "amount_cents": 5}
            await connection.execute(insert(ledger_entries), entry)
            assert (await connection.execute(transactions)).scalar_one() == 1

    with pytest.raises(DBAPIError):
        await deposit_from_nowhere()
    async with database.begin() as connection:
        assert (await connection.execute(transactions)).scalar_one() == 0


async def test_one_that_is_cut_off_is_undone_and_its_connection_not_used_again(database: Database) -> None:
    mine = await _backend(database)

    async def wait() -> None:
        async with database.begin() as connection:
            await connection.execute(insert(name_words), {"word": "ana"})
            await connection.execute(text("SELECT 1 FROM pg_sleep(30)"))

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await _backend(database) != mine
    assert await _words(database) == []


async def test_no_database_is_told_as_what_the_world_did(database_url: str) -> None:
    nowhere = Database(database_url.replace("/care_", "/nothing_of_the_name_"), pool_size=1)
    with pytest.raises(OperationalError):
        await _backend(nowhere)
    await nowhere.close()


async def test_one_statement_with_several_sets_of_values_is_done_with_each(database: Database) -> None:
    async with database.begin() as connection:
        stored = await connection.execute(insert(name_words), [{"word": "ana"}, {"word": "luz"}])
        assert stored.rowcount == 2
    assert await _words(database) == ["ana", "luz"]


@pytest.mark.parametrize("letters", [1, 200, 20_000])
async def test_more_than_the_socket_takes_at_once_is_sent_and_answered_whole(
    database: Database, letters: int
) -> None:
    words = [f"{number}-{'a' * letters}" for number in range(2_000_000 // (letters + 500))]
    async with database.begin() as connection:
        told = text("SELECT CAST(:word AS text)")
        given = await connection.execute(told, [{"word": word} for word in words])
        assert list(given.scalars()) == words
    async with database.begin() as connection:
        assert (await connection.execute(told, {"word": "ana"})).scalar_one() == "ana"


async def test_statements_alike_but_for_their_values_are_not_taken_for_each_other(database: Database) -> None:
    async with database.begin() as connection:
        for word in ("ana", "luz", "eva"):
            await connection.execute(insert(name_words).values(word=word))
        for some in (["ana"], ["luz", "eva"], [], ["eva"], ["ana", "luz"], ["ana", "luz", "eva"]):
            among = select(name_words.c.word).where(name_words.c.word.in_(some))
            assert set((await connection.execute(among)).scalars()) == set(some)
        for word in ("ana", "luz", None):
            one = select(name_words.c.word).where(name_words.c.word == word)
            assert list((await connection.execute(one)).scalars()) == ([] if word is None else [word])
        for limit in (1, 2, 3):
            first = select(name_words.c.word).order_by(name_words.c.word).limit(limit)
            assert len((await connection.execute(first)).all()) == limit


async def test_of_more_statements_than_are_kept_prepared_the_oldest_goes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "_MOST_PREPARED", 4)
    async with database.begin() as connection:
        for number in (*range(9), *range(9)):
            found = await connection.execute(text(f"SELECT {number} AS number"))
            assert found.scalar_one() == number
        prepared = await connection.execute(text("SELECT count(*) FROM pg_prepared_statements"))
        assert prepared.scalar_one() <= 4


async def test_a_uuid_bytes_and_moments_come_back_as_they_went(database: Database) -> None:
    async with database.begin() as connection:
        sent = uuid4(), b"\x00\xff", 7, None, ['a"b', "c,\\d"]
        query = text(
            "SELECT CAST(:a AS uuid), CAST(:b AS bytea), CAST(:c AS int), CAST(:d AS int), CAST(:e AS text[])"
        )
        [row] = (await connection.execute(query, dict(zip("abcde", sent, strict=True)))).all()
        assert tuple(row) == sent


async def test_what_was_cut_off_while_it_waits_for_a_lock_does_not_wait_on(database: Database) -> None:
    lock = text("SELECT pg_advisory_xact_lock(7)")
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    other = Database(database.url, pool_size=2)

    async def ask() -> None:
        async with database.begin() as connection:
            await connection.execute(insert(name_words), {"word": "ana"})
            await connection.execute(lock)

    async def until_waiting(count: int) -> None:
        async with asyncio.timeout(30):
            while (await looking.execute(waiting)).scalar_one() != count:  # noqa: ASYNC110 - the server's
                await asyncio.sleep(0.02)

    async with other.begin() as holding, other.reading() as looking:
        await holding.execute(lock)
        asking = asyncio.ensure_future(ask())
        await until_waiting(1)
        asking.cancel()
        await until_waiting(0)
    await other.close()
    assert await _words(database) == []
