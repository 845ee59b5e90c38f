"""The worker side of the service: does the jobs that transactions queued."""

from __future__ import annotations

import asyncio
import os

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import ConnectorException

from care_console.service.foundation.services import Services
from care_console.service.job_rooms import EVERY_TASK

log = structlog.get_logger(__name__)

CONCURRENCY = 8
_HEARTBEATS = 4  # so many within the time after which a silent worker counts as dead
AGAIN_SECONDS = 2.0
STOP_SECONDS = 15  # a call to the card processor may take ten; it is better answered than cut off


async def run_worker(services: Services, *, until_empty: bool = False) -> None:
    """Do jobs until cancelled, or, for tests, until none is due. Tasks find the parts in their context.

    A worker that loses its database ends; another takes its place as soon as the database is back.
    """
    if until_empty:
        await _run_once(services, until_empty=True)
        return
    while True:
        try:
            await _run_once(services, until_empty=False)
        except (ConnectorException, psycopg.Error, OSError) as error:
            log.warning("worker.database_lost", why=str(error))
        log.warning("worker.starts_again", seconds=AGAIN_SECONDS)
        await asyncio.sleep(AGAIN_SECONDS)


async def _run_once(services: Services, *, until_empty: bool) -> None:
    connector = procrastinate.PsycopgConnector(conninfo=services.database.url)
    stalled = services.settings.jobs_stalled_seconds
    with EVERY_TASK.replace_connector(connector) as app:
        async with app.open_async():
            await app.run_worker_async(
                name=f"worker-{os.getpid()}",
                concurrency=CONCURRENCY,
                wait=not until_empty,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=stalled / _HEARTBEATS,
                stalled_worker_timeout=stalled,
                shutdown_graceful_timeout=STOP_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=False,
                additional_context={"services": services},
            )
