"""The database: one metadata, a process's connections, and the transaction that everything happens in."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData

from care_console.service.foundation.quick import QuickConnection, QuickPool

_POOL_SECONDS = 5  # the desk waits fifteen for an answer; "try again" after five is worth more than silence
# What is read at every key is written for one way through its indexes; to plan it anew for every key that is
# pressed takes longer than to run it.
_PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
# What was asked by somebody who was cut off may wait for a lock: the server, which would wait on for nobody
# and hold what it holds, looks whether anybody is there. On Windows it cannot.
_LOOKS_FOR_US = "" if sys.platform == "win32" else "-c client_connection_check_interval=1s"

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
    """One process's connections to the database at `url` (``postgresql://...``).

    Those that change something are not those that read: a crowd of writers leaves readers theirs.
    """

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.readers = QuickPool(url, pool_size, _POOL_SECONDS, f"{_PLANNED_ONCE} {_LOOKS_FOR_US}")
        self._writers = QuickPool(url, pool_size, _POOL_SECONDS, _LOOKS_FOR_US)

    @asynccontextmanager
    async def reading(self, *, only: bool = False) -> AsyncIterator[QuickConnection]:
        """A connection for reading, without a transaction around it: each round trip is one. With `only`, the
        database refuses to change anything over it; else entries can be written.
        """
        connection = await self.readers.take()
        connection.only_reads = only
        try:
            yield connection
        finally:
            self.readers.give_back(connection)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[QuickConnection]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        connection = await self._writers.take()
        connection.begin()
        try:
            yield connection
        except BaseException:
            await connection.roll_back()
            raise
        else:
            await connection.commit()
        finally:
            self._writers.give_back(connection)

    async def close(self) -> None:
        """Give every connection back."""
        self.readers.close()
        self._writers.close()


def sqlalchemy_url(url: str) -> str:
    """The same database as SQLAlchemy names it, on psycopg 3."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
