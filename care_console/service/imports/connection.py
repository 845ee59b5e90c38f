"""The import's own connection: it has a session's lock and tables, and COPY, which the service's have not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from care_console.service.foundation.context import Context
from care_console.service.foundation.rows import Rows
from care_console.service.foundation.statements import Asked, Statement, Values, compiled

Driver = psycopg.AsyncConnection[Any]


class ImportConnection:
    """A plain connection that the rules shared with the service go over, too: a `Connection`."""

    def __init__(self, url: str, driver: Driver) -> None:
        self.url = url
        self.driver = driver

    async def execute(self, statement: Statement, values: Values = None) -> Rows:
        """Run one statement; with several sets of values, once with each."""
        if values is None or isinstance(values, Mapping):
            return await self._one(statement, values or {})
        return Rows.of_all([await self._one(statement, one) for one in values])

    async def together(self, *asked: Asked) -> list[Rows]:
        """What several statements give, one after the other."""
        return [await self._one(statement, values) for statement, values in asked]

    async def write(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """Run a statement that gives nothing."""
        await self._one(statement, values)

    async def _one(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        known = compiled(statement, values)
        async with psycopg.AsyncRawCursor(self.driver, row_factory=namedtuple_row) as cursor:
            await cursor.execute(known.sql, known.values(values))
            rows = await cursor.fetchall() if cursor.description else []
            return Rows(rows, cursor.rowcount)


@asynccontextmanager
async def import_connection(url: str) -> AsyncIterator[ImportConnection]:
    """A connection to the database at `url`, gone afterwards with whatever its session holds."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as driver:
        yield ImportConnection(url, driver)


def connection_of(ctx: Context) -> ImportConnection:
    """The connection of an import's context."""
    assert isinstance(ctx.connection, ImportConnection)
    return ctx.connection
