"""Partial refunds through everything that can go wrong: the processor's refunds equal the intents, each once.

People ask side by side, two on each charge; a proxy between service and processor loses, repeats, delays and
breaks requests; the processor breaks by itself; its webhooks come late, twice and out of order; web and
workers die at numbered points of the code; jobs are lost; the line is down for longer than a key is kept.
What counts in the end is the processor's own journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import select, text, update

from care_console.contract.roles import Role
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import defer
from care_console.service.foundation.services import Services
from care_console.service.refunds.tables import refunds
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.wiring import wired
from tests.campaigns.fault_proxy import FaultProxy, fault_proxy
from tests.campaigns.judging import OPEN, Outcome, judge
from tests.campaigns.people import PASSWORD, Paid, People
from tests.campaigns.points import Tally
from tests.campaigns.processes import DOORS, Undertaker, kept_port, kinds_for_refunds
from tests.campaigns.zygote import zygote
from tests.support import builders
from tests.support.card_twin import CardTwin, card_twin

_GHOSTS = 0.06
_AHEAD = 150
_CHARGES_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a campaign is, and how fast what waits in it. `kills` are at points, as many at each.

    `passes`: see Tally; with many, more refunds come between two deaths. `minutes`: after so long nothing
    more is asked for; `dark`: refunds in each darkness; `settle_seconds`: the longest wait for the last one;
    after `stalled_seconds` a silent worker's jobs are taken up, after `certain_seconds` a refund may have
    failed.
    """

    refunds: int
    kills: int
    dark: int
    hours: tuple[int, ...] = (22, 25)
    minutes: float = 120.0
    settle_seconds: float = 600.0
    stalled_seconds: float = 8.0
    certain_seconds: float = 15.0
    passes: tuple[int, int] = (70, 40)
    loses_jobs: bool = True


LONG = Plan(refunds=5000, kills=1000, dark=60)
SHORT = Plan(
    refunds=24,
    kills=8,
    dark=3,
    hours=(25,),
    settle_seconds=90.0,
    stalled_seconds=1.5,
    certain_seconds=3.0,
    passes=(16, 4),
    loses_jobs=False,  # the sweep takes two minutes to find them
)


@dataclass
class _Field:
    """Everything a campaign works with."""

    plan: Plan
    services: Services
    twin: CardTwin
    proxy: FaultProxy
    undertaker: Undertaker
    people: People
    chance: random.Random
    charges: dict[str, Paid]
    callers: Iterator[int] = field(default_factory=count)


async def run(plan: Plan, seed: int, database_url: str) -> Outcome:
    """Run a campaign on an empty, migrated database."""
    began, outcome = time.monotonic(), Outcome(seed)
    async with _made(plan, seed, database_url) as on:
        kinds = (_webhooks, _breakdowns, _lost_jobs) if plan.loses_jobs else (_webhooks, _breakdowns)
        storms = [asyncio.create_task(storm(on)) for storm in kinds]
        try:
            await _ask_and_die(on, began + 60 * plan.minutes)
        finally:
            for storm in storms:
                storm.cancel()
            await asyncio.gather(*storms, return_exceptions=True)
        on.undertaker.make_peace()
        await on.twin.tell("/webhooks/release", order="shuffled", seed=seed)
        await on.twin.tell("/webhooks", copies=2)
        outcome.settled_seconds.append(await _settled(on))
        for hours in plan.hours:
            await _darkness(on, hours)
            outcome.settled_seconds.append(await _settled(on))
        await on.proxy.settled()
        await judge(on.services, on.twin, on.charges, on.people, outcome)
        outcome.tell_of(on.proxy, on.undertaker)
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


@contextlib.asynccontextmanager
async def _made(plan: Plan, seed: int, database_url: str) -> AsyncIterator[_Field]:
    chance = random.Random(seed)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        enter = stack.enter_async_context
        ports = stack.enter_context(kept_port()), stack.enter_context(kept_port())
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        twin = await enter(card_twin(webhook_url=f"{urls[0]}/gateways/cards/stripe/webhook"))
        proxy = await enter(fault_proxy(twin.url, seed, doors=DOORS, adrift_seconds=plan.certain_seconds / 3))
        settings = Settings(data_dir=folder, stripe_key="sk_test_campaign")  # type: ignore[arg-type]
        services = await enter(wired(settings, database_url))
        environment = _environment(plan, folder, database_url, twin.secret)
        tally = Tally(plan.kills, seed, plan.passes)
        undertaker = Undertaker(
            await enter(zygote()), environment, folder, tally, kinds_for_refunds(ports), proxy
        )
        client = await enter(httpx.AsyncClient(timeout=20, trust_env=False))

        async def hire(login: str) -> None:
            async with services.database.begin() as connection:
                await add_staff(
                    services.context(connection, SYSTEM, "campaign"), login, Role.SPECIALIST, PASSWORD
                )

        people = People(client, urls, random.Random(seed), hire)
        await enter(undertaker.at_work())
        yield _Field(plan, services, twin, proxy, undertaker, people, chance, {})


def _environment(plan: Plan, folder: Path, database_url: str, secret: str) -> dict[str, str]:
    return {
        "CARE_DATA_DIR": str(folder),
        "CARE_DATABASE_URL": database_url,
        "CARE_STRIPE_KEY": "sk_test_campaign",
        "CARE_STRIPE_WEBHOOK_SECRET": secret,
        "CARE_REFUND_WAIT_SECONDS": "1",
        "CARE_REFUND_READING_SECONDS": str(plan.certain_seconds / 75),
        "CARE_REFUND_CERTAIN_SECONDS": str(plan.certain_seconds),
        "CARE_JOBS_STALLED_SECONDS": str(plan.stalled_seconds),
        "CARE_ACCESS_MINUTES": "720",
        "CARE_POOL_SIZE": "5",
    }


async def _ask_and_die(on: _Field, until: float) -> None:
    """Ask until there were enough refunds and enough deaths, or the time is up: neither runs far ahead."""
    tally, plan = on.undertaker.tally, on.plan

    def is_over() -> bool:
        enough = tally.is_full and len(on.people.taken) >= plan.refunds
        return enough or time.monotonic() > until

    async def side_by_side() -> None:
        while not is_over():
            deadline = time.monotonic() + 5  # nothing to ask for may be why nobody dies
            while len(on.people.taken) * plan.kills > (tally.total * plan.refunds + _AHEAD * plan.kills):
                if is_over() or time.monotonic() > deadline:
                    break
                await asyncio.sleep(0.1)
            await on.people.refund(await _charge(on))

    telling = asyncio.create_task(_tell_how_far(on))
    try:
        await asyncio.gather(*(side_by_side() for _ in range(_CHARGES_AT_ONCE)))
    finally:
        telling.cancel()


async def _tell_how_far(on: _Field) -> None:
    while True:
        await asyncio.sleep(60)
        print(f"{len(on.people.taken)} refunds asked for, {on.undertaker.tally.total} deaths at points")


async def _charge(on: _Field) -> Paid:
    """A new charge, of a caller of its own: what one caller may be given back in a day is limited."""
    number = next(on.callers)
    amount = on.chance.choice((299, 399, 549))
    is_ghost = on.chance.random() < _GHOSTS
    reference = f"pi_ghost_{uuid4().hex}" if is_ghost else await on.twin.paid(amount)
    async with on.services.database.begin() as connection:
        ctx = on.services.context(connection, SYSTEM, "campaign")
        phone = f"+1214{200 + number // 10000:03}{number % 10000:04}"
        recipient = await builders.a_recipient(ctx, phone=phone)
        message = await builders.a_message(ctx, price_cents=amount, recipient_id=recipient)
        charge = await builders.a_charge(ctx, message, amount_cents=amount, processor_ref=reference)
    on.charges[reference] = Paid(charge, reference, amount, is_ghost)
    return on.charges[reference]


async def _webhooks(on: _Field) -> None:
    """Let events come once, twice or three times, late, held back and then out of order."""
    chance = random.Random(on.chance.getrandbits(32))
    while True:
        await on.twin.tell(
            "/webhooks",
            copies=chance.randint(1, 3),
            delay_seconds=chance.choice((0, 0.5, 3)),
            hold=chance.random() < 0.4,
        )
        await asyncio.sleep(chance.uniform(1, 4))
        await on.twin.tell(
            "/webhooks/release", order=chance.choice(("reversed", "shuffled")), seed=chance.getrandbits(16)
        )


async def _breakdowns(on: _Field) -> None:
    """Let the processor itself go wrong before and after its work, which it remembers."""
    chance = random.Random(on.chance.getrandbits(32))
    while True:
        kind = chance.choice(("500", "500_after", "503", "429", "drop_reply"))
        await on.twin.faults(kind, path="/v1/refunds", method=chance.choice(("POST", "POST", "GET")))
        await asyncio.sleep(chance.uniform(0.2, 2.0))


async def _lost_jobs(on: _Field) -> None:
    """Lose a job now and then, whatever the accident: the sweep finds what has none."""
    lose = text(
        "DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM procrastinate_jobs WHERE status = 'todo' "
        "AND task_name IN ('refunds:send', 'refunds:reconcile', 'refunds:read_told') LIMIT 1)"
    )
    while True:
        await asyncio.sleep(5)
        async with on.services.database.begin() as connection:
            await connection.execute(lose)


async def _darkness(on: _Field, hours: int) -> None:
    """Refunds are asked for, some arrive, none is answered, and the line stays down for hours: for less than

    our 23, after which no key is sent again, and for more than the 24 after which the processor forgets it.
    """
    on.proxy.is_dark = True
    before = set(on.people.taken)
    while len(on.people.taken) < len(before) + on.plan.dark:
        await on.people.refund(await _charge(on))
    async with asyncio.timeout(120):
        while await _count(on, ("waiting",)):  # noqa: ASYNC110 - it is the database that changes
            await asyncio.sleep(0.2)
    await on.twin.clock(hours * 3600)
    gone_by = {
        name: refunds.c[name] - timedelta(hours=hours)
        for name in ("requested_at", "sends_at", "submitted_at", "attempted_at", "read_at")
    }
    async with on.services.database.begin() as connection:
        await connection.execute(update(refunds).where(refunds.c.state.in_(OPEN)).values(gone_by))
    on.proxy.is_dark = False


async def _count(on: _Field, states: tuple[str, ...]) -> int:
    async with on.services.database.begin() as connection:
        query = select(refunds.c.id).where(refunds.c.state.in_(states))
        return len((await connection.execute(query)).all())


async def _settled(on: _Field) -> float:
    """Wait until none is open; how long that took. Taking up what was stalled is not left to the minute."""
    began = time.monotonic()
    while time.monotonic() - began < on.plan.settle_seconds:
        if not await _count(on, OPEN):
            break
        async with on.services.database.begin() as connection:
            ctx = on.services.context(connection, SYSTEM, "campaign")
            await defer(ctx, "jobs:take_up_stalled", timestamp=0)
        await asyncio.sleep(1)
    return round(time.monotonic() - began, 1)
