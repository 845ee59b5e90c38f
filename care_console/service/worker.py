"""The worker side of the service: does the jobs that transactions queued."""

from __future__ import annotations

import os

import procrastinate

from care_console.service.foundation.jobs import HEARTBEAT_SECONDS, STALLED_AFTER_SECONDS
from care_console.service.foundation.services import Services
from care_console.service.job_rooms import EVERY_TASK

CONCURRENCY = 8
STOP_SECONDS = 15  # a call to the card processor may take ten; it is better answered than cut off


async def run_worker(services: Services, *, until_empty: bool = False) -> None:
    """Do jobs until cancelled, or, for tests, until none is due. Tasks find the parts in their context."""
    connector = procrastinate.PsycopgConnector(conninfo=services.database.url)
    with EVERY_TASK.replace_connector(connector) as app:
        async with app.open_async():
            await app.run_worker_async(
                name=f"worker-{os.getpid()}",
                concurrency=CONCURRENCY,
                wait=not until_empty,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER_SECONDS,
                shutdown_graceful_timeout=STOP_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=False,
                additional_context={"services": services},
            )
