"""The pool of transactions: one whose server is gone is noticed before anything is asked of it."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from care_console.service.foundation.database import Database

pytestmark = pytest.mark.asyncio


async def _backend(database: Database) -> int:
    async with database.begin() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def test_a_connection_is_used_again_until_its_server_ends_it(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    try:
        mine = await _backend(database)
        assert await _backend(database) == mine
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
            ended = await other.execute("SELECT pg_terminate_backend(%s, 10000)", (mine,))  # and waits for it
            assert await ended.fetchone() == (True,)
        assert await _backend(database) != mine
    finally:
        await database.close()
