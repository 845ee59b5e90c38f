"""`care-console service facility ...`: facilities, their keys and prices, from the command line."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care_console.contract.money import dollars
from care_console.service.at_hand import database_at_hand
from care_console.service.facilities.keys import new_key, revoke_keys
from care_console.service.facilities.pauses import PausesOf, end_pause, pause_facility, pause_of
from care_console.service.facilities.prices import PriceList, price_lists, set_prices
from care_console.service.facilities.rules import UnusableFacility, add_facility, facility_lines
from care_console.service.facilities.steps import Step, UnusableSteps, read_steps
from care_console.service.facilities.tables import facilities
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.trouble import Trouble
from care_console.service.settings import Settings
from care_console.service.wiring import wired

Act = Callable[[Context], Awaitable[list[str]]]


def run_act(settings: Settings, act: Act) -> int:
    """Do it in one transaction on the data folder's database; what it tells is printed once it is stored."""
    with database_at_hand(settings) as url:
        try:
            lines = asyncio.run(_in_transaction(settings, url, act))
        except (UnusableFacility, UnusableSteps) as error:
            raise Trouble(str(error), 2) from error
        except Problem as problem:
            raise Trouble(problem.detail) from problem
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


async def _in_transaction(settings: Settings, url: str, act: Act) -> list[str]:
    async with wired(settings, url) as services, services.database.begin() as connection:
        return await act(services.context(connection, SYSTEM, "command line"))


def add_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Add a facility and print its id and first key: the key is shown here alone."""

    async def act(ctx: Context) -> list[str]:
        facility_id = await add_facility(ctx, arguments.name, arguments.state, arguments.timezone)
        return [f"id: {facility_id}", f"key: {(await new_key(ctx, facility_id)).key}"]

    return run_act(settings, act)


def list_command(_arguments: argparse.Namespace, settings: Settings) -> int:
    """List the facilities: id, name, state, time zone, the ids of its good keys, and whether it is paused."""

    async def act(ctx: Context) -> list[str]:
        lines = []
        for one in await facility_lines(ctx):
            keys = ", ".join(str(key) for key in one.keys) or "none"
            paused = f"  paused since {one.paused_since:%Y-%m-%d %H:%M} UTC" if one.paused_since else ""
            lines.append(f"{one.id}  {one.name}  {one.state}  {one.timezone}  keys: {keys}{paused}")
        return lines or ["There is no facility. Add one: care-console service facility add NAME ..."]

    return run_act(settings, act)


def new_key_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print a further key of a facility; the others stay good until they are revoked."""

    async def act(ctx: Context) -> list[str]:
        made = await new_key(ctx, arguments.facility)
        return [f"key id: {made.id}", f"key: {made.key}"]

    return run_act(settings, act)


def revoke_key_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Revoke all keys of a facility, or the one that is named."""

    async def act(ctx: Context) -> list[str]:
        ids = await revoke_keys(ctx, arguments.facility, arguments.key)
        return [f"Revoked: key {key_id}." for key_id in ids] or ["No good key of it was found."]

    return run_act(settings, act)


def price_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Give a facility a price list from a day on (its own today by default), or show those it has."""

    async def act(ctx: Context) -> list[str]:
        if arguments.steps:
            day = arguments.since or await _today(ctx, arguments.facility)
            await set_prices(ctx, arguments.facility, PriceList(day, read_steps(arguments.steps)))
        lists = await price_lists(ctx, arguments.facility)
        default = " ".join(_told(read_steps(ctx.settings.prices.split())))
        shown = [f"from {one.effective_from}: {' '.join(_told(one.steps))}" for one in lists]
        return [f"default: {default}", *shown]

    return run_act(settings, act)


def pause_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Pause a facility: its recordings are refused, and texts of its messages wait."""

    async def act(ctx: Context) -> list[str]:
        pause = await pause_facility(ctx, arguments.facility, arguments.reason)
        return [f"{pause.facility_name} is paused."]

    return run_act(settings, act)


def resume_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """End the pause of a facility."""

    async def act(ctx: Context) -> list[str]:
        pause = await pause_of(ctx, PausesOf(facility_id=arguments.facility))
        if pause is None:
            return ["It is not paused."]
        await end_pause(ctx, int(pause.id))
        return [f"{pause.facility_name} goes on."]

    return run_act(settings, act)


async def _today(ctx: Context, facility_id: int) -> date:
    query = select(facilities.c.timezone).where(facilities.c.id == facility_id)
    timezone = (await ctx.connection.execute(query)).scalar_one_or_none()
    return ctx.now.astimezone(ZoneInfo(timezone or "UTC")).date()


def _told(steps: Sequence[Step]) -> list[str]:
    return [f"up to {step.up_to_seconds} s {dollars(step.price_cents)}" for step in steps]
