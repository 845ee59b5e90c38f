"""The worker side of the service: does the jobs that transactions queued."""

from __future__ import annotations

import os

from care_console.service.foundation.jobs import HEARTBEAT_SECONDS, STALLED_AFTER_SECONDS
from care_console.service.foundation.services import Services

CONCURRENCY = 8


async def run_worker(services: Services, *, until_empty: bool = False) -> None:
    """Do jobs until cancelled, or, for tests, until none is due. Tasks find the parts in their context."""
    async with services.jobs.open_async():
        await services.jobs.run_worker_async(
            name=f"worker-{os.getpid()}",
            concurrency=CONCURRENCY,
            wait=not until_empty,
            fetch_job_polling_interval=1.0,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_AFTER_SECONDS,
            shutdown_graceful_timeout=10,
            delete_jobs="successful",
            install_signal_handlers=False,
            additional_context={"services": services},
        )
