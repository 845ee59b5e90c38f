"""The database: one engine, one metadata, and the transaction that everything happens in."""

from __future__ import annotations

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from care_console.service.foundation.quick import QuickPool

_POOL_SECONDS = 5  # the desk waits fifteen for an answer; "try again" after five is worth more than silence

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[int]:
    """The primary key of most tables: small, in the order of insertion, so that indexes stay dense."""
    return Column("id", BigInteger, Identity(), primary_key=True)


def at_column(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """A moment, with its time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable, index=index)


class Database:
    """One process's connections to the database at `url` (``postgresql://...``)."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=0,  # one beyond the pool's size would be closed after each use
            pool_timeout=_POOL_SECONDS,
            hide_parameters=True,  # an error repeats the statement; what was in it is somebody's
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_a_lost_one)
        self.quick = QuickPool(url, pool_size, _POOL_SECONDS)

    @asynccontextmanager
    async def reading(self, *, only: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection for reading, without a transaction around it: each round trip is one. With `only`, the
        database refuses to change anything over it; else entries can be written.

        It is a `QuickConnection`, and takes the other's place in what reading needs: `execute`, and its rows.
        """
        connection = await self.quick.take()
        connection.only_reads = only
        try:
            yield cast(AsyncConnection, connection)
        finally:
            self.quick.give_back(connection)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        async with self.engine.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Give every connection back."""
        self.quick.close()
        await self.engine.dispose()


def sqlalchemy_url(url: str) -> str:
    """The same database as SQLAlchemy names it, on psycopg 3."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _refuse_a_lost_one(given: Any, _record: object, _pool: object) -> None:
    """Have the pool make another connection in the place of one whose server is gone.

    Nobody has asked it anything, so whatever it has to say is that it ends: to see that, its socket is looked
    at. Asking the server each time whether it is there was one of nine round trips of a whole message.
    """
    connection = given.driver_connection
    if connection.closed or _has_something_to_say(connection.fileno()):
        raise DisconnectionError


def _has_something_to_say(socket: int) -> bool:
    if not hasattr(select, "poll"):  # Windows, where the number of a socket is no index of a set of bits
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


async def driver_connection(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection below, in the same transaction: for COPY, jobs and notifications."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError("the database is not spoken to by psycopg")
    return driver
