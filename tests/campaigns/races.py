"""Opt-outs racing texts on a few hot numbers: no text is handed over after its number's opt-out is committed.

Four workers hand texts over, a web process takes the opt-outs: as a text, at the desk, as a carrier's answer.
Each number's owner gets some texts, opts out while they are on their way, and in again. The gateway is our
twin, and what counts in the end is its journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import func, select

from care_console.contract.roles import Role
from care_console.service.consent.rules import lock_number
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.texting.queueing import QueuedText, queue
from care_console.service.texting.tables import texts
from care_console.service.wiring import wired
from tests.campaigns.people import PASSWORD
from tests.campaigns.processes import kept_port
from tests.campaigns.race_judging import SUPPRESSED_SECONDS, Outcome, judge, suppressed
from tests.campaigns.zygote import zygote
from tests.support import builders
from tests.support.sms_twin import SmsTwin, sms_twin

_LOGIN = "ana"
_LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 3.0
_TWICE, _CALL, _CARRIER = 0.1, 0.3, 0.2
_CLOCK_MAY_MOVE_SECONDS = 0.005
_DOUBT_SECONDS = 20.0  # a call to the gateway waits five for its answer
_ANSWER_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a campaign is. After `minutes` nothing more is asked for. `texts_a_second`: how many are
    queued at most, over all numbers; a machine that cannot do so many does what it can. `is_timed`: whether
    the time from STOP to suppressed is judged, or only told."""

    opt_outs: int
    sends: int
    numbers: int = 50
    workers: int = 4
    texts_a_second: float = 50.0
    minutes: float = 60.0
    settle_seconds: float = 300.0
    is_timed: bool = True


LONG = Plan(opt_outs=20_000, sends=100_000)
SHORT = Plan(opt_outs=40, sends=200, numbers=5, workers=2, settle_seconds=120.0, is_timed=False)


@dataclass
class _Number:
    """A number, the message and link of its texts, and what its owner saw of them so far."""

    phone: str
    message_id: int
    link_id: int
    seen: int = 0
    newest: str = ""
    refused: str = ""


@dataclass
class _Field:
    """Everything a campaign works with."""

    plan: Plan
    services: Services
    twin: SmsTwin
    client: httpx.AsyncClient
    token: str
    chance: random.Random
    numbers: list[_Number]
    outcome: Outcome
    until: float
    queued: dict[str, int] = field(default_factory=dict)
    opt_outs: int = 0
    latencies: list[float] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=itertools.count)
    read: int = 0

    @property
    def is_over(self) -> bool:
        """Whether enough was done, or the time is up."""
        enough = len(self.queued) >= self.plan.sends and self.opt_outs >= self.plan.opt_outs
        return enough or time.monotonic() > self.until


async def run(plan: Plan, seed: int, database_url: str) -> Outcome:
    """Run a campaign on an empty, migrated database whose server tracks the times of commits."""
    began, outcome = time.monotonic(), Outcome(seed)
    clock = time.time() - began
    async with _made(plan, outcome, database_url) as on:
        looking = [asyncio.create_task(_look(on)), asyncio.create_task(_tell_how_far(on))]
        asking_began = time.monotonic()
        try:
            await asyncio.gather(*(_owner(on, number) for number in on.numbers))
            outcome.texts_a_second = round(len(on.queued) / (time.monotonic() - asking_began), 1)
            outcome.load_of_machine = [round(load, 1) for load in os.getloadavg()]
            outcome.settled_seconds = await _settled(on)
        finally:
            for task in looking:
                task.cancel()
            ended = await asyncio.gather(*looking, return_exceptions=True)
        outcome.wrong += [f"it could not be watched: {end!r}" for end in ended if isinstance(end, Exception)]
        outcome.queued = len(on.queued)
        await judge(on.services, await on.twin.journal("text"), outcome)
        outcome.suppressed_seconds = suppressed(on.latencies)
    if plan.is_timed and outcome.suppressed_seconds["p99"] >= SUPPRESSED_SECONDS:
        outcome.wrong.append(f"STOP to suppressed: {outcome.suppressed_seconds}")
    outcome.clock_moved_seconds = round(time.time() - time.monotonic() - clock, 6)
    if abs(outcome.clock_moved_seconds) > _CLOCK_MAY_MOVE_SECONDS:
        outcome.wrong.append("the machine's clock was set meanwhile: its times prove nothing")
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


@contextlib.asynccontextmanager
async def _made(plan: Plan, outcome: Outcome, database_url: str) -> AsyncIterator[_Field]:
    async with contextlib.AsyncExitStack() as stack:
        enter = stack.enter_async_context
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = stack.enter_context(kept_port())
        url = f"http://127.0.0.1:{port}"
        twin = await enter(sms_twin())
        environment = _environment(folder, database_url, twin.url, url)
        forks = await enter(zygote())
        for words in [["web", "--port", str(port)], *[["worker"]] * plan.workers]:
            life = await forks.spawn(words, environment)
            stack.push_async_callback(life.end, signal.SIGTERM)
        services = await enter(wired(Settings(data_dir=folder), database_url))
        limits = httpx.Limits(max_connections=2 * plan.numbers)
        client = await enter(
            httpx.AsyncClient(base_url=url, timeout=_ANSWER_SECONDS, limits=limits, trust_env=False)
        )
        token = await _token(services, client)
        numbers = [await _number(services, twin, place) for place in range(plan.numbers)]
        until = time.monotonic() + 60 * plan.minutes
        yield _Field(
            plan, services, twin, client, token, random.Random(outcome.seed), numbers, outcome, until
        )


def _environment(folder: Path, database_url: str, gateway: str, web: str) -> dict[str, str]:
    return {
        "CARE_DATA_DIR": str(folder),
        "CARE_DATABASE_URL": database_url,
        "CARE_STRIPE_KEY": "sk_test_campaign",
        "CARE_KANNEL_URL": gateway,
        "CARE_CALLBACK_URL": web,
        "CARE_TEXTS_PER_SECOND": "10000",
        "CARE_ACCESS_MINUTES": "720",
        "CARE_TEXT_HOURS": "0-24",
    }


async def _token(services: Services, client: httpx.AsyncClient) -> str:
    async with services.database.begin() as connection:
        await add_staff(services.context(connection, SYSTEM, "campaign"), _LOGIN, Role.SPECIALIST, PASSWORD)
    answer = await client.post("/v1/session", json={"login": _LOGIN, "password": PASSWORD})
    return str(answer.json()["access_token"])


async def _number(services: Services, twin: SmsTwin, place: int) -> _Number:
    """A number with a message whose link lives; the twin gives no receipts: the campaign is the carrier."""
    phone = f"+1214555{place:04}"
    await twin.behave(phone, "nothing")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "campaign")
        recipient = await builders.a_recipient(ctx, phone=phone, language="en")
        message = await builders.a_message(ctx, recipient_id=recipient)
        return _Number(phone, message, await builders.a_link(ctx, message))


async def _owner(on: _Field, number: _Number) -> None:
    """Texts come, and STOP is said while they are on their way; then START, and all over again."""
    chance = random.Random(f"{on.outcome.seed} {number.phone}")
    due = time.monotonic() + chance.uniform(0, _PATIENCE_SECONDS)  # or all of them would say STOP at once
    while not on.is_over:
        await asyncio.sleep(due - time.monotonic())
        each = on.plan.sends / on.plan.opt_outs
        count = chance.randint(1, round(2 * each) - 1)
        turn = count * on.plan.numbers / on.plan.texts_a_second
        due = max(due, time.monotonic() - _PATIENCE_SECONDS) + turn
        before, seen = chance.randint(1, count), number.seen
        await _queue(on, number, before)
        await _until_seen(number, seen + chance.randint(0, before))
        await asyncio.sleep(chance.uniform(0, 0.05))
        ways = [_way(on, number, chance) for _ in range(1 + (chance.random() < _TWICE))]
        on.opt_outs += len(ways)
        # What is queued beside an opt-out, and after it, is what suppression at the gateway's door is for.
        await asyncio.gather(*ways, _queue(on, number, count - before))
        await asyncio.sleep(chance.uniform(0, 0.1))
        await _text(on, number, "START")


async def _queue(on: _Field, number: _Number, count: int) -> None:
    if not count:
        return
    async with on.services.database.begin() as connection:
        ctx = on.services.context(connection, SYSTEM, "campaign")
        await lock_number(ctx, number.phone)
        for _ in range(count):
            body = f"Message {next(on.ids)} waits: mvm.example/m/K7Q2. STOP ends texts."
            text = QueuedText(
                number.phone, "link", body, ctx.now, message_id=number.message_id, link_id=number.link_id
            )
            on.queued[body] = await queue(ctx, text)


async def _until_seen(number: _Number, wanted: int) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while number.seen < wanted:  # noqa: ASYNC110 - another process hands them over
                await asyncio.sleep(_LOOK_SECONDS / 4)


async def _way(on: _Field, number: _Number, chance: random.Random) -> None:
    """Opt out in one of the three ways; how long it took until it was in force, and said so."""
    drawn = chance.random()
    began = time.monotonic()
    if drawn < _CALL:
        await _call(on, number, UUID(int=chance.getrandbits(128), version=4))
    elif drawn < _CALL + _CARRIER and number.newest != number.refused:
        number.refused = number.newest
        id, answer = str(on.queued[number.newest]), "NACK/1027 Number is unsubscribed"
        told = {"id": id, "status": "16", "answer": answer}
        await _answered(on, on.client.build_request("GET", "/gateways/sms/kannel/receipt", params=told))
    else:
        await _text(on, number, chance.choice(("STOP", "stop", "Quit", "alto", "please stop!")))
    on.latencies.append(time.monotonic() - began)


async def _text(on: _Field, number: _Number, words: str) -> None:
    told = {"from": number.phone, "to": "33297", "text": words, "id": f"race-{next(on.ids)}"}
    await _answered(on, on.client.build_request("GET", "/gateways/sms/kannel/inbound", params=told))


async def _call(on: _Field, number: _Number, key: UUID) -> None:
    body = {"phone": number.phone, "words": "stop", "received_at": datetime.now(UTC).isoformat()}
    headers = {"Authorization": f"Bearer {on.token}", "Idempotency-Key": str(key)}
    await _answered(on, on.client.build_request("POST", "/v1/opt-outs", json=body, headers=headers))


async def _answered(on: _Field, request: httpx.Request) -> None:
    """Ask until it is taken, as gateways and desks do where the service is too busy, and count how often."""
    async with asyncio.timeout(_ANSWER_SECONDS):
        while (answer := await on.client.send(request)).status_code == httpx.codes.SERVICE_UNAVAILABLE:
            on.outcome.asked_again += 1
            await asyncio.sleep(0.1)
    answer.raise_for_status()


async def _look(on: _Field) -> None:
    """Read what the gateway took, so that owners know what they got."""
    by_phone = {number.phone: number for number in on.numbers}
    while True:
        for line in await on.twin.journal(after=on.read):
            on.read = line["n"]
            if line["what"] == "text" and line["body"] in on.queued:
                number = by_phone[line["to"]]
                number.seen, number.newest = number.seen + 1, line["body"]
        await asyncio.sleep(_LOOK_SECONDS)


async def _tell_how_far(on: _Field) -> None:
    while True:
        await asyncio.sleep(30)
        print(f"{len(on.queued)} texts queued, {on.opt_outs} opt-outs, {await _counts(on)}", flush=True)


async def _counts(on: _Field) -> Counter[str]:
    async with on.services.database.begin() as connection:
        query = select(texts.c.status, func.count()).where(texts.c.direction == "out")
        found = await connection.execute(query.group_by(texts.c.status))
        return Counter({row[0]: row[1] for row in found})


async def _settled(on: _Field) -> float:
    """Wait until each text has left or was suppressed; how long that took.

    One whose answer was lost stays in doubt for the six minutes of its validity: it is not waited for.
    """
    began = time.monotonic()
    still, since = -1, began
    while (counts := await _counts(on))["queued"] + counts["sending"]:
        now = time.monotonic()
        if counts["queued"] or counts["sending"] != still:
            still, since = counts["sending"], now
        elif now - since > _DOUBT_SECONDS:
            break
        if now - began > on.plan.settle_seconds:
            on.outcome.wrong.append(f"not settled: {dict(counts)}")
            break
        await asyncio.sleep(0.2)
    return round(time.monotonic() - began, 1)
