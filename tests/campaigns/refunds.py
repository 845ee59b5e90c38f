"""Partial refunds through everything that can go wrong: the processor's refunds equal the intents, each once.

A proxy between service and processor loses, repeats, delays and breaks requests; web and worker are killed
with -9. What counts in the end is the processor's own journal.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from care_console.contract.roles import Role
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.refunds.tables import refunds
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.wiring import wired
from tests.campaigns.fault_proxy import fault_proxy
from tests.campaigns.processes import Killable, free_port, running
from tests.support import builders
from tests.support.card_twin import CardTwin, card_twin

PASSWORD = "only for this campaign"
_OPEN = ("waiting", "submitted", "unknown", "pending", "awaiting_approval")
_SHIFT_CENTS = 5000  # under the $60 that one person may give back in a shift


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a campaign is. `settle_seconds` bounds the wait for the last refund."""

    refunds: int
    kills: int
    settle_seconds: float
    pause_seconds: float


LONG = Plan(refunds=500, kills=24, settle_seconds=600, pause_seconds=5.0)
SHORT = Plan(refunds=30, kills=2, settle_seconds=150, pause_seconds=3.0)


@dataclass
class Outcome:
    """What came of a campaign. `wrong` holds a sentence for each promise that was broken."""

    seed: int
    intents: int = 0
    states: Counter[str] = field(default_factory=Counter)
    at_the_processor: int = 0
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    kills: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return not self.wrong

    def figures(self) -> dict[str, Any]:
        """For the report."""
        return vars(self) | {"states": dict(self.states), "faults": dict(self.faults), "held": self.held}


@dataclass(frozen=True, slots=True)
class _Charge:
    id: int
    processor_ref: str
    amount_cents: int


async def run(plan: Plan, seed: int, database_url: str) -> Outcome:
    """Run a campaign on an empty, migrated database."""
    began, chance, outcome = time.monotonic(), random.Random(seed), Outcome(seed)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        webhook = f"http://127.0.0.1:{port}/gateways/cards/stripe/webhook"
        async with card_twin(webhook_url=webhook) as twin, fault_proxy(twin.url, seed) as proxy:
            environment = _environment(Path(folder), database_url, proxy.url, twin.secret)
            web = Killable(["web", "--port", str(port)], environment)
            worker = Killable(["worker"], environment)
            settings = Settings(data_dir=Path(folder), stripe_key="sk_test_campaign")  # type: ignore[arg-type]
            async with wired(settings, database_url) as services, running(web, worker):
                charges = await _charges(services, twin, chance, plan.refunds)
                logins = await _staff(services, sum(charge.amount_cents for charge in charges))
                await twin.tell("/webhooks", copies=2, delay_seconds=0.5)
                killer = asyncio.create_task(_kill(plan, chance, [web, worker]))
                breaker = asyncio.create_task(_break(plan, twin, random.Random(seed)))
                outcome.intents = await _ask_all(f"http://127.0.0.1:{port}", charges, logins, plan, chance)
                await killer
                await breaker
                await _settled(services, plan)
                await proxy.settled()
                await _judge(services, twin, charges, outcome)
            outcome.requests, outcome.faults = proxy.requests, proxy.done
            outcome.kills = web.kills + worker.kills
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


def _environment(folder: Path, database_url: str, processor: str, secret: str) -> dict[str, str]:
    return {
        "CARE_DATA_DIR": str(folder),
        "CARE_DATABASE_URL": database_url,
        "CARE_STRIPE_URL": processor,
        "CARE_STRIPE_KEY": "sk_test_campaign",
        "CARE_STRIPE_WEBHOOK_SECRET": secret,
        "CARE_REFUND_WAIT_SECONDS": "0",
        "CARE_REFUND_READING_SECONDS": "0.2",
        "CARE_REFUND_CERTAIN_SECONDS": "15",
    }


async def _charges(services: Services, twin: CardTwin, chance: random.Random, count: int) -> list[_Charge]:
    """A charge for each four refunds, each of a caller of its own."""
    charges = []
    for _ in range(max(1, count // 4)):
        amount = chance.choice((299, 399, 549))
        reference = await twin.paid(amount)
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "campaign")
            message = await builders.a_message(ctx, price_cents=amount)
            charge = await builders.a_charge(ctx, message, amount_cents=amount, processor_ref=reference)
        charges.append(_Charge(charge, reference, amount))
    return charges


async def _staff(services: Services, total_cents: int) -> list[str]:
    logins = [f"campaign{number}" for number in range(total_cents // _SHIFT_CENTS + 2)]
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "campaign")
        for login in logins:
            await add_staff(ctx, login, Role.SPECIALIST, PASSWORD)
    return logins


async def _kill(plan: Plan, chance: random.Random, processes: list[Killable]) -> None:
    for _ in range(plan.kills):
        await asyncio.sleep(chance.uniform(0.2, 1.0) * plan.pause_seconds)
        await chance.choice(processes).kill()


async def _break(plan: Plan, twin: CardTwin, chance: random.Random) -> None:
    """Let the processor itself answer 500 before and after its work, which it remembers."""
    count = max(2, plan.refunds // 25)
    for _ in range(count):
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        await twin.faults(chance.choice(("500", "500_after")), path="/v1/refunds", method="POST")


async def _ask_all(
    url: str, charges: list[_Charge], logins: list[str], plan: Plan, chance: random.Random
) -> int:
    """Ask for every refund, charge by charge, some charges side by side; how many intents were taken."""
    queue = list(charges)
    seeds = [chance.getrandbits(32) for _ in range(4)]

    async def person(seed: int) -> int:
        mine, taken = random.Random(seed), 0
        async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as client:
            while queue:
                charge = queue.pop()
                client.headers["Authorization"] = await _sign_in(client, logins[charge.id % len(logins)])
                taken += await _ask_parts(client, charge, mine)
        return taken

    async with asyncio.timeout(plan.settle_seconds + 60 * plan.kills):
        return sum(await asyncio.gather(*(person(seed) for seed in seeds)))


async def _ask_parts(client: httpx.AsyncClient, charge: _Charge, chance: random.Random) -> int:
    """Four parts of one charge, the last asking for a cent too much now and then."""
    held, taken = 0, 0
    for _ in range(4):
        part = chance.randint(1, charge.amount_cents // 4)
        key = str(UUID(int=chance.getrandbits(128), version=4))
        body = {"amount_cents": part, "reason": "goodwill", "note": "", "expected_refunded_cents": held}
        answer = await _post(client, f"/v1/charges/{charge.id}/refunds", body, key)
        while answer.status_code == 409:  # one of ours failed meanwhile and gave its part back
            held = body["expected_refunded_cents"] = answer.json()["fields"]["refunded_cents"]
            key = str(UUID(int=chance.getrandbits(128), version=4))
            answer = await _post(client, f"/v1/charges/{charge.id}/refunds", body, key)
        assert answer.status_code == 202, answer.text
        held, taken = held + part, taken + 1
    return taken


async def _sign_in(client: httpx.AsyncClient, login: str) -> str:
    answer = await _post(client, "/v1/session", {"login": login, "password": PASSWORD}, "")
    return f"Bearer {answer.json()['access_token']}"


async def _post(client: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> httpx.Response:
    """Post until there is an answer: with the same key, as the desk does."""
    for _ in range(600):
        try:
            answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            await asyncio.sleep(0.2)
            continue
        if answer.status_code < 500:
            return answer
        await asyncio.sleep(0.2)
    raise TimeoutError(f"no answer from {path}")


async def _settled(services: Services, plan: Plan) -> None:
    deadline = time.monotonic() + plan.settle_seconds
    while time.monotonic() < deadline:
        async with services.database.begin() as connection:
            query = select(refunds.c.id).where(refunds.c.state.in_(_OPEN)).limit(1)
            if (await connection.execute(query)).first() is None:
                return
        await asyncio.sleep(0.5)


async def _judge(services: Services, twin: CardTwin, charges: list[_Charge], outcome: Outcome) -> None:
    """Hold the processor's journal against the intents."""
    async with services.database.begin() as connection:
        rows = (await connection.execute(select(refunds))).all()
    outcome.states = Counter(row.state for row in rows)
    given = {str(row.id): row.amount_cents for row in rows if row.state == "succeeded"}
    made = [line for line in await twin.journal("refund") if line.get("refund_id")]
    outcome.at_the_processor = len(made)
    outcome.broken = len(await twin.journal("fault_taken"))
    by_id = Counter(line["refund_id"] for line in made)
    by_payment: dict[str, int] = defaultdict(int)
    for line in made:
        by_payment[line["payment_intent"]] += line["amount_cents"]
    amounts = {charge.processor_ref: charge.amount_cents for charge in charges}
    wrong = outcome.wrong
    wrong += [f"{id} was made {count} times" for id, count in by_id.items() if count != 1]
    wrong += [f"{id} is at the processor, and is not ours" for id in by_id if id not in given]
    wrong += [f"{id} succeeded with us, and is not at the processor" for id in given if id not in by_id]
    wrong += [
        f"{line['refund_id']}: {line['amount_cents']} cents, not {given[line['refund_id']]}"
        for line in made
        if given.get(line["refund_id"], line["amount_cents"]) != line["amount_cents"]
    ]
    wrong += [f"{ref}: {sum_} of {amounts[ref]}" for ref, sum_ in by_payment.items() if sum_ > amounts[ref]]
    wrong += [f"{count} are {state}" for state, count in outcome.states.items() if state in _OPEN]
    if len(rows) != outcome.intents:
        wrong.append(f"{outcome.intents} were taken, {len(rows)} are stored")
