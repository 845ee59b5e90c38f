"""Doing what waits in the queue, by a worker that ends when nothing more is due."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from care_console.service.foundation.services import Services
from care_console.service.worker import run_worker

_DUE = text(
    "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') "
    "AND task_name LIKE ANY (CAST(:tasks AS text[])) AND coalesce(scheduled_at, now()) <= now()"
)


async def work_off(services: Services, *tasks: str) -> None:
    """Do every job of these tasks (names, with `%` for any ending) that is due, and what they put off to now.

    A minute at most.
    """
    async with asyncio.timeout(60):
        while True:
            await run_worker(services, until_empty=True)
            async with services.database.begin() as connection:
                if not (await connection.execute(_DUE, {"tasks": list(tasks)})).scalar_one():
                    return
