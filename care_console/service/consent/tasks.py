"""Keeping the tallies of the opt-out log few: each insert adds some lines, and lines of one group are one."""

from __future__ import annotations

import procrastinate
import structlog
from procrastinate import JobContext
from sqlalchemy import text

from care_console.service.consent.tables import opt_out_tallies, opt_out_tallies_by_actor
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.jobs import services_of

# Two of these at once, or an insert beside one, change no sum: what is deleted is what is summed up, and
# what another has deleted first is not there to be.
_MERGE = """
WITH many AS (
    SELECT {group} FROM {table} GROUP BY {group} HAVING count(*) > 1
), gone AS (
    DELETE FROM {table} USING many WHERE {same} RETURNING {table}.*
)
INSERT INTO {table} ({group}, n) SELECT {group}, sum(n) FROM gone GROUP BY {group}
"""

log = structlog.get_logger(__name__)
blueprint = procrastinate.Blueprint()


async def merge_tallies(ctx: Context) -> int:
    """Make one line of all that tell of the same day, kind, channel and person; say how many were made."""
    made = 0
    for table in (opt_out_tallies, opt_out_tallies_by_actor):
        names = [column.name for column in table.columns if column.name != "n"]
        same = " AND ".join(f"{table.name}.{name} = many.{name}" for name in names)
        statement = _MERGE.format(table=table.name, group=", ".join(names), same=same)
        made += (await ctx.connection.execute(text(statement))).rowcount
    return made


@blueprint.periodic(cron="41 * * * *")
@blueprint.task(name="merge_tallies", queueing_lock="merge_tallies", pass_context=True)
async def merge_tallies_hourly(context: JobContext, timestamp: int) -> None:
    """Once an hour."""
    services = services_of(context)
    async with services.database.begin() as connection:
        merged = await merge_tallies(services.context(connection, SYSTEM, "job:consent:merge_tallies"))
    log.info("consent.tallies_merged", groups=merged, due=timestamp)
