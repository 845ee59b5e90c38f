"""Every limit as a decision table: what the desk says beforehand is what the service decides, row by row.

The desk's words are its own function's on the terms that the service gave it; what must come out is worked
out here once more, from the row alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from care_console.contract.approvals import why_not_decide
from care_console.contract.charges import Charge, Refund
from care_console.contract.limits import RefundTerms, Ruling, Standing
from care_console.contract.roles import Role
from care_console.desktop.screens.refund import facts
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio

PRICE = 399
DAY, SHIFT, AGE = 1500, 6000, timedelta(days=90)


@dataclass(frozen=True)
class Line:
    """One line of the table. `spent` was refunded before, in cents; `refunded` of this very charge."""

    role: Role = Role.SPECIALIST
    caller_spent: int = 0
    shift_spent: int = 0
    age: timedelta = timedelta(days=1)
    amount: int = PRICE
    charged: int = PRICE
    refunded: int = 0
    disputed: str = ""
    opted_out: bool = False
    failed: bool = False
    referenced: bool = True

    def expected(self) -> Standing:
        """What must come out, from rules.md alone."""
        bank_has_it = self.disputed not in ("", "won")
        left = self.charged - self.refunded
        if self.failed or not self.referenced or bank_has_it or self.amount > left:
            return Standing.REFUSED
        is_above = (
            self.age > AGE
            or self.amount > PRICE
            or self.caller_spent + self.refunded + self.amount > DAY
            or self.shift_spent + self.amount > SHIFT
        )
        return Standing.NEEDS_APPROVAL if is_above else Standing.GOES


ROLES = (Role.SPECIALIST, Role.SUPERVISOR)
SHIFTS = (0, SHIFT - PRICE, SHIFT - PRICE + 1)
LIMITS = [
    Line(role, caller, shift, age, amount)
    for role, caller, shift, age, amount in product(
        ROLES,
        (0, DAY - PRICE, DAY - PRICE + 1),
        SHIFTS,
        (AGE, AGE + timedelta(seconds=1)),
        (1, PRICE),
    )
]
CHARGES = [
    Line(role, amount=amount, charged=charged, refunded=refunded, disputed=disputed, opted_out=opted_out)
    for (role, opted_out), amount, (charged, refunded), disputed in product(
        ((Role.SPECIALIST, False), (Role.SPECIALIST, True), (Role.SUPERVISOR, False)),
        (1, PRICE, PRICE + 1),
        ((PRICE, 0), (PRICE, 1), (PRICE, PRICE), (2 * PRICE, 0)),
        ("", "needs_response", "won"),
    )
]
BARRED = [
    Line(role, amount=amount, failed=failed, referenced=referenced, age=age)
    for role, amount, (failed, referenced), age in product(
        ROLES, (1, PRICE), ((True, True), (False, False)), (timedelta(days=1), AGE + timedelta(days=1))
    )
]


@dataclass(frozen=True)
class Counter:
    """The service, and somebody at the desk for each role and each shift spent so far."""

    services: Services
    people: dict[tuple[Role, int], httpx.AsyncClient]

    async def judge(self, line: Line) -> tuple[Ruling, httpx.Response]:
        """What the desk says of a line beforehand, and what the service answers then."""
        client = self.people[(line.role, line.shift_spent)]
        charge_id = await self._charge(line)
        terms = RefundTerms.model_validate(
            (await client.get(f"/v1/charges/{charge_id}/refund-terms")).raise_for_status().json()
        )
        ruling = facts.ruling(_as_the_desk_read_it(line, charge_id, terms), terms, line.amount)
        body = {
            "amount_cents": line.amount,
            "reason": "goodwill",
            "note": "",
            "expected_refunded_cents": terms.refunded_cents,
        }
        answer = await client.post(
            f"/v1/charges/{charge_id}/refunds", json=body, headers={"Idempotency-Key": str(uuid4())}
        )
        if answer.status_code == 202:  # or the next line would find its shift spent
            (await client.delete(f"/v1/refunds/{answer.json()['id']}")).raise_for_status()
        return ruling, answer

    async def _charge(self, line: Line) -> int:
        async with self.services.database.begin() as connection:
            ctx = self.services.context(connection, SYSTEM, "test")
            recipient = await builders.a_recipient(ctx, phone=_phone())
            message = await builders.a_message(ctx, recipient_id=recipient, price_cents=PRICE)
            charge = await builders.a_charge(
                ctx,
                message,
                amount_cents=line.charged,
                charged_at=ctx.now - line.age,
                status="failed" if line.failed else "succeeded",
                **({} if line.referenced else {"processor_ref": None}),
            )
            if line.refunded:
                await _spend(ctx, charge, line.refunded)
            if line.caller_spent:
                other = await builders.a_charge(ctx, message, amount_cents=line.caller_spent)
                await _spend(ctx, other, line.caller_spent)
            if line.disputed:
                await builders.a_dispute(ctx, charge, status=line.disputed)
            if line.opted_out:
                await builders.a_consent_event(ctx, _last_phone())
            return charge


def _as_the_desk_read_it(line: Line, charge_id: int, terms: RefundTerms) -> Charge:
    message_said = {
        "id": str(charge_id),
        "message_id": "1",
        "charged_at": terms.charged_at,
        "amount_cents": line.charged,
        "method": "card",
        "brand": "visa",
        "last4": "4242",
        "state": "failed" if line.failed else "succeeded",
        "refunded_cents": 0,
        "refunds": [],
    }
    return facts.as_termed(Charge.model_validate(message_said), terms)


_phones = iter(f"+1214556{number:04}" for number in range(10_000))
_given: list[str] = []


def _phone() -> str:
    _given.append(next(_phones))
    return _given[-1]


def _last_phone() -> str:
    return _given[-1]


async def _spend(ctx: Context, charge: int, cents: int, by: str = "somebody-else") -> None:
    await builders.a_refund(
        ctx, charge, amount_cents=cents, requested_by=by, requested_at=ctx.now - timedelta(minutes=5)
    )


@pytest_asyncio.fixture
async def counter(services: Services, sign_in: SignIn) -> AsyncIterator[Counter]:
    """One person for each role and each shift, with that much refunded to others an hour ago."""
    people = {}
    for role, spent in product(ROLES, SHIFTS):
        login = f"{role.value}-{spent}"
        people[(role, spent)] = await sign_in(role, login)
        if spent:
            async with services.database.begin() as connection:
                ctx = services.context(connection, SYSTEM, "test")
                message = await builders.a_message(ctx)
                charge = await builders.a_charge(ctx, message, amount_cents=spent)
                await _spend(ctx, charge, spent, login)
    yield Counter(services, people)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("table", ["limits", "charges", "barred"])
async def test_what_the_desk_says_beforehand_is_what_the_service_decides(
    table: str, counter: Counter
) -> None:
    lines = {"limits": LIMITS, "charges": CHARGES, "barred": BARRED}[table]
    seen = set()
    for line in lines:
        ruling, answer = await counter.judge(line)
        assert ruling.standing is line.expected(), line
        seen.add(ruling.standing)
        if ruling.is_refused:
            problem = answer.json()
            assert answer.status_code in (409, 422), line
            assert (problem["detail"], problem["type"]) == (ruling.sentence, ruling.problem.uri), line
            continue
        refund = Refund.model_validate(answer.json())
        assert answer.status_code == 202, line
        if ruling.needs_approval:
            assert refund.state == "awaiting_approval", line
            assert refund.approval is not None
            assert refund.approval.why == ruling.sentence, line
        else:
            assert (refund.state, refund.approval) == ("waiting", None), line
    told = {
        "limits": {Standing.GOES, Standing.NEEDS_APPROVAL},
        "charges": set(Standing),
        "barred": {Standing.REFUSED},
    }
    assert seen == told[table], "the table tells too little"


async def test_the_figures_are_settings_and_the_desk_learns_them(
    services: Services, counter: Counter, settings: Settings
) -> None:
    changed = settings.model_copy(
        update={
            "refund_specialist_message_percent": 50,
            "refund_specialist_caller_day_cents": 150,
            "refund_charge_age_days": 10,
        }
    )
    before = services.settings
    object.__setattr__(services, "settings", changed)
    try:
        for line, words in (
            (Line(amount=140), ""),
            (Line(amount=151), "$1.50 of $1.50 is left for this caller today"),
            (Line(amount=200), "50 % of the message's price of $3.99 and only $1.50"),
            (Line(amount=1, age=timedelta(days=11)), "more than 10 days old"),
        ):
            ruling, answer = await counter.judge(line)
            assert words in ruling.sentence
            assert ruling.needs_approval is bool(words)
            assert (answer.json()["state"] == "awaiting_approval") is bool(words)
        supervisor, _ = await counter.judge(replace(Line(amount=200), role=Role.SUPERVISOR))
        assert supervisor.standing is Standing.GOES
    finally:
        object.__setattr__(services, "settings", before)


async def test_who_decides_is_the_same_rule_on_both_sides(services: Services, sign_in: SignIn) -> None:
    asked_by: dict[str, httpx.AsyncClient] = {
        "ana": await sign_in(Role.SPECIALIST, "ana"),
        "sue": await sign_in(Role.SUPERVISOR, "sue"),
    }
    deciders: dict[str, tuple[Role, httpx.AsyncClient]] = {
        "ana": (Role.SPECIALIST, asked_by["ana"]),
        "ben": (Role.SPECIALIST, await sign_in(Role.SPECIALIST, "ben")),
        "sue": (Role.SUPERVISOR, asked_by["sue"]),
        "omar": (Role.SUPERVISOR, await sign_in(Role.SUPERVISOR, "omar")),
        "ava": (Role.AUDITOR, await sign_in(Role.AUDITOR, "ava")),
        "adm": (Role.ADMINISTRATOR, await sign_in(Role.ADMINISTRATOR, "adm")),
    }
    for asker, decider, decision in product(asked_by, deciders, ("approve", "decline")):
        approval = await _an_old_charges_request(services, asked_by[asker])
        role, client = deciders[decider]
        why_not = why_not_decide(approval["requested_by"], decider, role)
        answer = await client.post(f"/v1/approvals/{approval['id']}/decision", json={"decision": decision})
        assert (answer.status_code == 200) is (why_not is None), (asker, decider)
        assert answer.status_code in (200, 403)
        if asker == decider and role is Role.SUPERVISOR:
            assert answer.json()["detail"] == why_not


async def _an_old_charges_request(services: Services, client: httpx.AsyncClient) -> dict[str, Any]:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=_phone())
        message = await builders.a_message(ctx, recipient_id=recipient)
        charge = await builders.a_charge(ctx, message, charged_at=ctx.now - timedelta(days=91))
    body = {"amount_cents": 399, "reason": "goodwill", "note": "please", "expected_refunded_cents": 0}
    headers = {"Idempotency-Key": str(uuid4())}
    refund = (await client.post(f"/v1/charges/{charge}/refunds", json=body, headers=headers)).json()
    page = (await client.get("/v1/approvals?limit=500")).json()
    return next(one for one in page["items"] if one["subject"] == refund["id"])
