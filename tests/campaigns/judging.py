"""What came of a campaign of refunds: the processor's journal held against the intents, one to one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from care_console.service.foundation.services import Services
from care_console.service.refunds.tables import refunds
from tests.campaigns.fault_proxy import FaultProxy
from tests.campaigns.people import Paid, People
from tests.campaigns.processes import Undertaker
from tests.campaigns.verdict import Verdict
from tests.support.card_twin import CardTwin

OPEN = ("waiting", "submitted", "unknown", "pending", "awaiting_approval")


@dataclass
class Outcome(Verdict):
    """What came of a campaign. `wrong` holds a sentence for each promise that was broken."""

    seed: int
    intents: int = 0
    states: Counter[str] = field(default_factory=Counter)
    at_the_processor: int = 0
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    people: Counter[str] = field(default_factory=Counter)
    webhooks: int = 0
    kills: int = 0
    kills_at: Counter[str] = field(default_factory=Counter)
    kills_elsewhere: int = 0
    settled_seconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def tell_of(self, proxy: FaultProxy, undertaker: Undertaker) -> None:
        """Note what was done to it."""
        self.requests, self.faults = proxy.requests, proxy.done
        self.kills, self.kills_at = undertaker.tally.total, undertaker.tally.deaths
        self.kills_elsewhere = undertaker.elsewhere


async def judge(
    services: Services, twin: CardTwin, charges: Mapping[str, Paid], people: People, outcome: Outcome
) -> None:
    """Hold the processor's journal against the intents, and both against what people were told."""
    async with services.database.begin() as connection:
        rows = (await connection.execute(select(refunds))).all()
    journal = await twin.journal()
    outcome.intents, outcome.states = len(rows), Counter(row.state for row in rows)
    outcome.broken = sum(line["what"] == "fault_taken" for line in journal)
    outcome.webhooks = sum(line["what"] == "webhook" for line in journal)
    outcome.people = people.seen
    outcome.wrong += people.wrong
    outcome.wrong += _told(rows, people)
    made = [line for line in journal if line["what"] == "refund" and line.get("refund_id")]
    outcome.at_the_processor = len(made)
    outcome.wrong += _one_to_one(rows, made)
    outcome.wrong += _within_their_charge(made, charges)
    outcome.wrong += _no_old_key(journal)


def _told(rows: Any, people: People) -> list[str]:
    states = {str(row.id): row.state for row in rows}
    wrong = [f"{id} was taken, and is not stored" for id in people.taken if id not in states]
    wrong += [f"{id} is stored, and nobody was told" for id in states if id not in people.taken]
    wrong += [
        f"{id} was taken back, and is {states[id]}" for id in people.withdrawn if states[id] != "withdrawn"
    ]
    wrong += [
        f"{row.id}: {row.amount_cents} cents are stored, {people.taken[str(row.id)]} were asked for"
        for row in rows
        if people.taken.get(str(row.id), row.amount_cents) != row.amount_cents
    ]
    return wrong


def _one_to_one(rows: Any, made: list[dict[str, Any]]) -> list[str]:
    given = {str(row.id): row.amount_cents for row in rows if row.state == "succeeded"}
    by_id = Counter(line["refund_id"] for line in made)
    wrong = [f"{id} was made {count} times" for id, count in by_id.items() if count != 1]
    wrong += [f"{id} is at the processor, and did not succeed with us" for id in by_id if id not in given]
    wrong += [f"{id} succeeded with us, and is not at the processor" for id in given if id not in by_id]
    wrong += [
        f"{line['refund_id']}: {line['amount_cents']} cents, not {given[line['refund_id']]}"
        for line in made
        if given.get(line["refund_id"], line["amount_cents"]) != line["amount_cents"]
    ]
    open_still = Counter(row.state for row in rows if row.state in OPEN)
    return wrong + [f"{count} are {state}" for state, count in open_still.items()]


def _within_their_charge(made: list[dict[str, Any]], charges: Mapping[str, Paid]) -> list[str]:
    by_payment: dict[str, int] = defaultdict(int)
    for line in made:
        by_payment[line["payment_intent"]] += line["amount_cents"]
    return [
        f"{ref}: {cents} of {charges[ref].amount_cents} cents"
        for ref, cents in by_payment.items()
        if cents > charges[ref].amount_cents
    ]


def _no_old_key(journal: list[dict[str, Any]]) -> list[str]:
    """No key is sent again once the processor may have forgotten it: 24 hours of its clock."""
    first: dict[str, float] = {}
    wrong = []
    ahead = 0.0
    for line in journal:
        if line["what"] == "clock":
            ahead = line["ahead_seconds"]
        is_refund = line["what"] == "request" and (line["method"], line["path"]) == ("POST", "/v1/refunds")
        if is_refund and ahead - first.setdefault(line["key"], ahead) >= 24 * 3600:
            wrong.append(f"the key {line['key']} was sent again after it may have been forgotten")
    return wrong
