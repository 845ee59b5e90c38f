"""The import's own connection: it has a session's lock and tables, and COPY, which the service's have not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from care_console.service.foundation.database import sqlalchemy_url


@asynccontextmanager
async def import_connection(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to the database at `url`, gone afterwards with whatever its session holds."""
    engine = create_async_engine(sqlalchemy_url(url), pool_size=1, max_overflow=0, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            try:
                yield connection
            finally:
                await connection.invalidate()
    finally:
        await engine.dispose()


async def driver_connection(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection below, in the same transaction."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError("the database is not spoken to by psycopg")
    return driver
