"""What a message costs, by its length: the price list of its facility on the day, or the default one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, func, insert, select

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.facilities.steps import Step, checked, read_steps
from care_console.service.facilities.tables import facilities, price_steps
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found
from care_console.service.foundation.statements import Query

_NEWEST = (
    select(func.max(price_steps.c.effective_from))
    .where(
        price_steps.c.facility_id == bindparam("facility"), price_steps.c.effective_from <= bindparam("day")
    )
    .correlate(None)
    .scalar_subquery()
)
_STEPS_ON = Query(
    select(price_steps.c.up_to_seconds, price_steps.c.price_cents)
    .where(price_steps.c.facility_id == bindparam("facility"), price_steps.c.effective_from == _NEWEST)
    .order_by(price_steps.c.up_to_seconds)
)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The steps that hold from a day on, at the facility's place; shortest first."""

    effective_from: date
    steps: tuple[Step, ...]


async def price_cents(ctx: Context, facility_id: int, timezone: str, seconds: int) -> int:
    """What a message of so many seconds costs that is recorded now in this facility, in cents."""
    today = ctx.now.astimezone(ZoneInfo(timezone)).date()
    steps = await _steps_on(ctx, facility_id, today) or read_steps(ctx.settings.prices.split())
    return next(step.price_cents for step in steps if seconds <= step.up_to_seconds)


async def set_prices(ctx: Context, facility_id: int, listed: PriceList) -> None:
    """Give a facility a price list from a day on; one that begins on the same day is replaced.

    A message keeps the price that it was recorded at.
    """
    row = select(facilities.c.id).where(facilities.c.id == facility_id).with_for_update()
    if (await ctx.connection.execute(row)).first() is None:
        raise not_found("facility", facility_id)
    steps = checked(listed.steps)
    same_day = [
        price_steps.c.facility_id == facility_id,
        price_steps.c.effective_from == listed.effective_from,
    ]
    await ctx.connection.execute(delete(price_steps).where(*same_day))
    await ctx.connection.execute(
        insert(price_steps),
        [
            {
                "facility_id": facility_id,
                "effective_from": listed.effective_from,
                "up_to_seconds": step.up_to_seconds,
                "price_cents": step.price_cents,
            }
            for step in steps
        ],
    )
    told = " ".join(f"{step.up_to_seconds}:{step.price_cents}" for step in steps)
    details = {"from": listed.effective_from.isoformat(), "steps": told}
    await record(ctx, Action.PRICES_SET, f"facility:{facility_id}", details=details)


async def price_lists(ctx: Context, facility_id: int) -> list[PriceList]:
    """A facility's lists, the earliest first; none where the default one holds for good."""
    query = (
        select(price_steps)
        .where(price_steps.c.facility_id == facility_id)
        .order_by(price_steps.c.effective_from, price_steps.c.up_to_seconds)
    )
    lists: dict[date, list[Step]] = {}
    for row in await ctx.connection.execute(query):
        lists.setdefault(row.effective_from, []).append(Step(row.up_to_seconds, row.price_cents))
    return [PriceList(day, tuple(steps)) for day, steps in lists.items()]


async def _steps_on(ctx: Context, facility_id: int, day: date) -> list[Step]:
    asked = {"facility": facility_id, "day": day}
    return [Step(*row) for row in await ctx.connection.execute(_STEPS_ON, asked)]
