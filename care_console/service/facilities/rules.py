"""Adding a facility, and the list of them as an operator sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.facilities.tables import facilities, facility_keys, pauses
from care_console.service.foundation.context import Context

_MOST_NAME = 100


class UnusableFacility(ValueError):
    """A facility cannot be added so; `str()` says why."""


@dataclass(frozen=True, slots=True)
class FacilityLine:
    """A facility, how many keys of it are good, and since when it is paused."""

    id: int
    name: str
    state: str
    timezone: str
    keys: tuple[int, ...]
    paused_since: datetime | None


async def add_facility(ctx: Context, name: str, state: str, timezone: str) -> int:
    """Add a facility; its id. Raises UnusableFacility."""
    name = " ".join(name.split())
    if not name or len(name) > _MOST_NAME or not name.isprintable():
        raise UnusableFacility(f"The name must be 1 to {_MOST_NAME} printable characters.")
    if re.fullmatch(r"[A-Z]{2}", state) is None:
        raise UnusableFacility(f"{state!r} is no state. Write its two letters, like TX.")
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:  # unknown; a path; a folder of the zones' own
        raise UnusableFacility(f"{timezone!r} is no time zone. Write one like America/Chicago.") from error
    values = {"name": name, "state": state, "timezone": timezone}
    inserted = await ctx.connection.execute(insert(facilities).values(values).returning(facilities.c.id))
    facility_id: int = inserted.scalar_one()
    await record(ctx, Action.FACILITY_ADDED, f"facility:{facility_id}", details=dict(values))
    return facility_id


async def facility_lines(ctx: Context) -> list[FacilityLine]:
    """Every facility, by name."""
    good = (
        select(func.array_agg(facility_keys.c.id))
        .where(facility_keys.c.facility_id == facilities.c.id, facility_keys.c.revoked_at.is_(None))
        .scalar_subquery()
    )
    paused = (
        select(pauses.c.since)
        .where(pauses.c.facility_id == facilities.c.id, pauses.c.ended_at.is_(None))
        .scalar_subquery()
    )
    query = select(facilities, good.label("keys"), paused.label("paused_since"))
    return [
        FacilityLine(
            row.id, row.name, row.state, row.timezone, tuple(sorted(row.keys or ())), row.paused_since
        )
        for row in await ctx.connection.execute(query.order_by(facilities.c.name, facilities.c.id))
    ]
