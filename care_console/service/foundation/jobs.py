"""Jobs: queued inside our own transactions, done by workers, taken up again when a worker was killed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, LiteralString

import procrastinate
import structlog
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import text

from care_console.service.foundation.context import Context
from care_console.service.foundation.services import Services

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()
_PARAMETER = re.compile(r"%\((\w+)\)s")  # as psycopg writes it


def make_job_app(database_url: str) -> procrastinate.App:
    """The queue of one database, for putting jobs into: that needs their names only."""
    return procrastinate.App(connector=_InOurs(conninfo=database_url))


class _InOurs(procrastinate.PsycopgConnector):
    """Sends what the queue asks over the connection of our own transaction, which is no plain psycopg one."""

    async def execute_query_all_async_with_connection(
        self, connection: Any, query: LiteralString, **arguments: Any
    ) -> list[dict[str, Any]]:
        """The rows that its query gives."""
        statement = text(_PARAMETER.sub(r":\1 ", query))
        rows = await connection.execute(statement, self._wrap_json(arguments))
        return [row._asdict() for row in rows]


async def defer(
    ctx: Context,
    task: str,
    *,
    at: datetime | None = None,
    lock: str | None = None,
    priority: int = 0,
    **arguments: Any,
) -> None:
    """Queue a task by its full name (``refunds:send``) in this transaction, to be done at or after `at`.

    Tasks with the same `lock` never run side by side.
    """
    await ctx.jobs.configure_task(
        task, allow_unknown=True, schedule_at=at, lock=lock, priority=priority, connection=ctx.connection
    ).defer_async(**arguments)


@blueprint.periodic(cron="* * * * * */10")
@blueprint.task(name="take_up_stalled", queueing_lock="take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Queue again each job whose worker has not been heard of: nothing else does that.

    A periodic one is put away instead, since its next one comes by itself and may be queued already.
    """
    manager = context.app.job_manager
    silent = services_of(context).settings.jobs_stalled_seconds
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=silent):
        log.warning("jobs.taken_up", job_id=job.id, task=job.task_name, seen=timestamp)
        try:
            if job.queueing_lock is None:
                await manager.retry_job(job)
            else:
                await manager.finish_job(job, Status.FAILED, delete_job=True)
        except ConnectorException as gone:
            # Its worker was slow, not dead, and has just finished it; the others must not wait for that.
            log.warning("jobs.not_taken_up", job_id=job.id, why=str(gone))


def services_of(context: JobContext) -> Services:
    """What the worker was wired with."""
    services: Services = context.additional_context["services"]
    return services
