"""STOPs by text, delivered twice, while web processes and workers die: none lost, one confirmation or none.

A gateway hands in each STOP until it is taken, some of them twice at once and some again later, to two web
processes; three workers send the confirmations. All of them die with -9 at numbered points of the code. What
counts is what the database holds, and the gateway's own journal of what it was handed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select, text

from care_console.service.consent.tables import consent_events, consent_states
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import defer
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from care_console.service.texting.tables import replies, texts
from care_console.service.wiring import wired
from tests.campaigns.gateway import Gateway
from tests.campaigns.points import STOPS_BY_TEXT, Tally
from tests.campaigns.processes import Kind, Undertaker, kept_port
from tests.campaigns.verdict import Verdict
from tests.campaigns.zygote import zygote
from tests.support.sms_twin import SmsTwin, sms_twin

_AT_ONCE = 12
_TWICE_AT_ONCE, _AGAIN_LATER, _HELD_BACK = 0.2, 0.2, 0.05
_GOOD_SECONDS = 300
_WORDS = ("STOP", "stop!!", "Quit", "ALTO", "baja", "no más", "STOP 🛑", "unsubscribe", "opt out")
_CONFIRMATIONS = (texts.c.direction == "out") & (texts.c.kind == "stop_confirmation")
_DUE = text(
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'texting:send' "
    "AND status IN ('todo', 'doing') AND coalesce(scheduled_at, now()) <= now()"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a campaign is. `minutes`: after so long nothing more is texted, and nobody dies any more;
    `settle_seconds`: how long what is under way may take then. Over 420, each in doubt comes to its end.
    """

    stops: int
    kills: int
    minutes: float = 60.0
    settle_seconds: float = 480.0
    stalled_seconds: float = 8.0
    passes: tuple[int, int] = (40, 40)


LONG = Plan(stops=10_000, kills=400)
SHORT = Plan(stops=80, kills=7, minutes=2.0, settle_seconds=20.0, stalled_seconds=1.5, passes=(10, 4))


@dataclass
class Outcome(Verdict):
    """What came of a campaign. `wrong` holds a sentence for each promise that was broken."""

    seed: int
    stops: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    kills_at: Counter[str] = field(default_factory=Counter)
    kills_elsewhere: int = 0
    suppressed: int = 0
    confirmed: int = 0
    confirmations: Counter[str] = field(default_factory=Counter)
    latest_seconds: float = 0.0
    settled_seconds: float = 0.0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stop:
    """What somebody texted, and when the gateway had it, in seconds since 1970."""

    phone: str
    words: str
    id: str
    received: float


@dataclass
class _Field:
    plan: Plan
    services: Services
    twin: SmsTwin
    gateway: Gateway
    undertaker: Undertaker
    chance: random.Random
    outcome: Outcome
    said: list[_Stop] = field(default_factory=list)
    later: list[asyncio.Task[None]] = field(default_factory=list)


async def run(plan: Plan, seed: int, database_url: str) -> Outcome:
    """Run a campaign on an empty, migrated database."""
    began, outcome = time.monotonic(), Outcome(seed)
    async with _made(plan, seed, database_url, outcome) as on:
        await _text_and_die(on, began + 60 * plan.minutes)
        on.undertaker.make_peace()
        await asyncio.gather(*on.later)
        outcome.settled_seconds = await _settled(on)
        await _judge(on)
        tally = on.undertaker.tally
        outcome.kills, outcome.kills_at = tally.total, tally.deaths
        outcome.kills_elsewhere, outcome.answers = on.undertaker.elsewhere, on.gateway.seen
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


@contextlib.asynccontextmanager
async def _made(plan: Plan, seed: int, database_url: str, outcome: Outcome) -> AsyncIterator[_Field]:
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        enter = stack.enter_async_context
        ports = [stack.enter_context(kept_port()) for _ in range(2)]
        twin = await enter(sms_twin())
        environment = {
            "CARE_DATA_DIR": str(folder),
            "CARE_DATABASE_URL": database_url,
            "CARE_KANNEL_URL": twin.url,
            "CARE_CALLBACK_URL": "http://127.0.0.1:9",  # no receipts: each doubt stays one
            "CARE_JOBS_STALLED_SECONDS": str(plan.stalled_seconds),
            "CARE_POOL_SIZE": "5",
        }
        services = await enter(wired(Settings(data_dir=folder), database_url))
        of_web, of_worker = STOPS_BY_TEXT
        kinds: list[Kind] = [(["web", "--processes", "1", "--port", str(port)], of_web) for port in ports]
        kinds += [(["worker"], of_worker)] * 3
        tally = Tally(plan.kills, seed, plan.passes, STOPS_BY_TEXT)
        undertaker = Undertaker(await enter(zygote()), environment, folder, tally, kinds)
        client = await enter(httpx.AsyncClient(timeout=20, trust_env=False))
        gateway = Gateway(client, [f"http://127.0.0.1:{port}" for port in ports])
        await enter(undertaker.at_work())
        yield _Field(plan, services, twin, gateway, undertaker, random.Random(seed), outcome)


async def _text_and_die(on: _Field, until: float) -> None:
    """Until all have texted and enough have died, or the time is up; neither runs far ahead."""
    tally, plan = on.undertaker.tally, on.plan

    async def side_by_side() -> None:
        while len(on.said) < plan.stops and time.monotonic() < until:
            deadline = time.monotonic() + 2  # nothing to do may be why nobody dies
            while (len(on.said) - 4 * _AT_ONCE) * plan.kills > tally.total * plan.stops:
                if time.monotonic() > min(deadline, until):
                    break
                await asyncio.sleep(0.05)
            await _say(on)

    await asyncio.gather(*(side_by_side() for _ in range(_AT_ONCE)))


async def _say(on: _Field) -> None:
    """One person's STOP, from a number of their own; handed in once, twice at once, or again later."""
    chance, number = on.chance, len(on.said)
    phone = f"+1214{200 + number // 10000:03}{number % 10000:04}"
    is_held_back = chance.random() < _HELD_BACK
    received = time.time() - (chance.uniform(120, 310) if is_held_back else 0)
    stop = _Stop(phone, chance.choice(_WORDS), f"campaign-{number}", received)
    on.said.append(stop)
    on.outcome.calls["held back by the gateway"] += is_held_back
    times = 2 if chance.random() < _TWICE_AT_ONCE else 1
    on.outcome.calls["twice at once"] += times == 2
    await asyncio.gather(*(_hand_in(on, stop, first) for first in range(times)))
    if chance.random() < _AGAIN_LATER:
        on.outcome.calls["again later"] += 1
        on.later.append(asyncio.create_task(_again(on, stop, chance.uniform(0.5, 30))))


async def _again(on: _Field, stop: _Stop, seconds: float) -> None:
    await asyncio.sleep(min(seconds, on.plan.settle_seconds / 4))
    await _hand_in(on, stop, 1)


async def _hand_in(on: _Field, stop: _Stop, first: int) -> None:
    read_as = await on.gateway.hear(stop.phone, stop.words, stop.id, first, stop.received)
    if read_as != "stop":
        on.outcome.wrong.append(f"{stop.words!r} was read as {read_as}")


async def _settled(on: _Field) -> float:
    """Wait until no confirmation waits or is in doubt; how long that took.

    One in doubt is decided six minutes after it was handed over; a short campaign does not wait for it.
    """
    began = time.monotonic()
    is_long = on.plan.settle_seconds > 60 * (Settings().text_valid_minutes + 1)
    open_ = select(func.count()).where(_CONFIRMATIONS, texts.c.status.in_(("queued", "sending")))
    while time.monotonic() - began < on.plan.settle_seconds:
        async with on.services.database.begin() as connection:
            if not (await connection.execute(open_ if is_long else _DUE)).scalar_one():
                break
            ctx = on.services.context(connection, SYSTEM, "campaign")
            await defer(ctx, "jobs:take_up_stalled", timestamp=0)
        await asyncio.sleep(1)
    return round(time.monotonic() - began, 1)


async def _judge(on: _Field) -> None:
    """Hold what was said against what the database has, and against what the gateway was handed."""
    outcome, wrong = on.outcome, on.outcome.wrong
    outcome.stops = len(on.said)
    async with on.services.database.begin() as connection:
        states = select(consent_states.c.phone).where(consent_states.c.state == "opted_out")
        out = set((await connection.execute(states)).scalars())
        events = Counter((await connection.execute(select(consent_events.c.phone))).scalars())
        kept = select(texts.c.phone, texts.c.provider_id, texts.c.body, replies.c.outcome).join(
            replies, replies.c.text_id == texts.c.id
        )
        came = {row.provider_id: row for row in await connection.execute(kept)}
        count = (await connection.execute(select(func.count()).where(texts.c.direction == "in"))).scalar_one()
        answers = (await connection.execute(select(texts).where(_CONFIRMATIONS))).all()
    for stop in on.said:
        row = came.get(stop.id)
        if row is None or (row.phone, row.body, row.outcome) != (stop.phone, stop.words, "stop"):
            wrong.append(f"{stop.id}: the words {stop.words!r} of {stop.phone} are not kept as they came")
        if stop.phone not in out:
            wrong.append(f"{stop.phone} texted STOP, and is not suppressed")
        if events[stop.phone] != 1:
            wrong.append(f"{stop.phone} texted STOP once, and is in the log {events[stop.phone]} times")
    outcome.suppressed = len(out)
    if count != len(on.said):
        wrong.append(f"{len(on.said)} texts were handed in, {count} are kept")
    _judge_confirmations(on, answers, await on.twin.journal("text"))


def _judge_confirmations(on: _Field, answers: Any, handed: list[dict[str, Any]]) -> None:
    """At most one each, none later than 300 s; and only what was in doubt or too late has none."""
    outcome, wrong = on.outcome, on.outcome.wrong
    received = {stop.phone: int(stop.received) for stop in on.said}  # the gateway tells whole seconds
    at: dict[str, float] = {}
    for line in handed:
        phone = line["to"]
        if phone in at:
            wrong.append(f"{phone} was confirmed twice")
        at[phone] = datetime.fromisoformat(line["at"]).timestamp() - received[phone]
        # What the gateway may hold counts too: the carrier may deliver it so late.
        latest = at[phone] + 60 * int(line["validity"])
        if at[phone] > _GOOD_SECONDS or latest > _GOOD_SECONDS + 1:
            wrong.append(f"{phone} was confirmed after {at[phone]:.1f} s, good until {latest:.1f} s")
    outcome.confirmed, outcome.latest_seconds = len(at), round(max(at.values(), default=0.0), 1)
    for row in answers:
        fate = f"{row.status}: {row.failure}" if row.failure else row.status
        outcome.confirmations[f"{fate}, {'' if row.phone in at else 'not '}handed over"] += 1
        if row.status == "sent" and row.phone not in at:
            wrong.append(f"{row.phone}: told as confirmed, and was not")
        if row.status == "queued":
            wrong.append(f"{row.phone}: its confirmation was left waiting")
    if len({row.phone for row in answers}) != len(answers):
        wrong.append("some number has two confirmations")
