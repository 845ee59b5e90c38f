"""What the processor says later: by webhooks that are late, repeated, out of order, or not about us."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from care_console.contract.charges import RefundState
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.tables import webhook_events
from care_console.service.refunds import tasks
from care_console.service.refunds.rules import move
from tests.service.conftest import SignIn
from tests.service.refunds.conftest import Money, ask, sent
from tests.support.card_twin import SECRET

pytestmark = pytest.mark.asyncio
WEBHOOK = "/gateways/cards/stripe/webhook"


def an_event(made: dict[str, Any], status: str, **changes: Any) -> bytes:
    """A webhook's body about a refund of the twin's."""
    told = {
        "id": made["id"],
        "object": "refund",
        "amount": made["amount_cents"],
        "currency": "usd",
        "payment_intent": made["payment_intent"],
        "status": status,
        "metadata": {"refund_id": made["refund_id"]},
    } | changes
    event = {"id": f"evt_{uuid4().hex}", "created": 1_790_000_000, "type": "refund.updated"}
    return json.dumps(event | {"object": "event", "data": {"object": told}}).encode()


async def deliver(client: httpx.AsyncClient, body: bytes, *, secret: str = SECRET, age: int = 0) -> int:
    """Post a webhook, signed; the status of the answer."""
    at = int(time.time()) - age
    sign = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    answer = await client.post(WEBHOOK, content=body, headers={"Stripe-Signature": f"t={at},v1={sign}"})
    return answer.status_code


async def kept(money: Money) -> int:
    """How many events are in the inbox."""
    async with money.services.database.begin() as connection:
        query = select(func.count()).select_from(webhook_events)
        return int((await connection.execute(query)).scalar_one())


async def test_only_what_the_processor_signed_is_kept(money: Money, sign_in: SignIn) -> None:
    client = await sign_in()
    body = an_event({"id": "re_1", "amount_cents": 1, "payment_intent": "pi_1", "refund_id": ""}, "failed")
    assert await deliver(client, body, secret="whsec_somebody_else") == 400
    assert await deliver(client, body, age=3600) == 400
    assert (await client.post(WEBHOOK, content=body)).status_code == 400
    assert await kept(money) == 0


async def test_an_event_that_comes_twice_is_kept_and_looked_at_once(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    await money.twin.tell("/refunds/behaviour", outcome="pending")
    refund = await sent(money, client, clock, charge)
    assert await money.state(refund) == "pending"
    [made] = await money.twin.journal("refund")
    await money.twin.tell(f"/refunds/{made['id']}/settle", status="succeeded")
    body = an_event(made, "succeeded")
    assert [await deliver(client, body) for _ in range(2)] == [204, 204]
    assert (await kept(money), await money.jobs(refund)) == (1, 1)
    await money.work()
    assert await money.state(refund) == "succeeded"
    assert await money.actions(refund) == [
        *("refund.asked", "refund.submitted", "refund.state_read", "refund.settled"),
    ]


async def test_a_webhook_is_not_believed_but_makes_us_read(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    refund = await sent(money, client, clock, charge)
    [made] = await money.twin.journal("refund")
    # Old news: the processor itself has it as succeeded.
    assert await deliver(client, an_event(made, "failed")) == 204
    await money.work()
    assert await money.state(refund) == "succeeded"


async def test_one_that_fails_days_later_gives_its_amount_back(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    refund = await sent(money, client, clock, charge)
    full = await ask(client, charge, 1, expected_refunded_cents=399)
    assert full.status_code == 422
    [made] = await money.twin.journal("refund")
    await money.twin.tell(f"/refunds/{made['id']}/settle", status="failed")
    # Out of order: the failure first, the success after it.
    await deliver(client, an_event(made, "failed"))
    await deliver(client, an_event(made, "succeeded"))
    await money.work()
    assert await money.state(refund) == "failed"
    read = (await client.get(f"/v1/refunds/{refund}")).json()
    assert read["failure"] == "expired_or_canceled_card"
    again = await ask(client, charge, expected_refunded_cents=0)
    assert again.status_code == 202


async def test_what_is_about_no_refund_of_ours_ends_there(money: Money, sign_in: SignIn) -> None:
    client = await sign_in()
    strange = {"id": "re_1", "amount_cents": 1, "payment_intent": "pi_1", "refund_id": str(uuid4())}
    assert await deliver(client, an_event(strange, "succeeded")) == 204
    by_hand = strange | {"refund_id": "typed at the processor's own desk"}
    assert await deliver(client, an_event(by_hand, "succeeded")) == 204
    assert await deliver(client, an_event(strange, "succeeded", object="payout")) == 204
    await money.work()
    assert (await kept(money), await money.jobs(strange["refund_id"])) == (3, 0)
    assert await money.twin.journal("request") == []


async def test_the_truth_counts_when_it_comes_late_even_beyond_the_charge(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    """Given up as failed, asked for again and done; then the first turns out to have been done as well."""
    client, charge = await sign_in(), await money.charge()
    refund = (await ask(client, charge, 200)).json()["id"]
    await given_up(money, refund)
    second = await sent(money, client, clock, charge, cents=300)
    reference = (await money.twin.journal("refund"))[0]["payment_intent"]
    fields = {"amount": 99, "payment_intent": reference, "metadata__refund_id": refund}
    late = (await money.twin.call("POST", "/v1/refunds", key="late", **fields)).json()
    await money.run(tasks.read_told, refund_id=refund, processor_id=late["id"])
    assert (await money.state(refund), await money.state(second)) == ("succeeded", "succeeded")
    entry = (await money.entries(f"refund:{refund}"))[-1]
    assert entry.details["from"] == "failed"
    assert (entry.details["over_charge_cents"], entry.details["said_cents"]) == (101, 99)
    # Nothing is left, and the sentence does not speak of less than nothing.
    full = await ask(client, charge, 1, expected_refunded_cents=500)
    assert full.json()["fields"] == {"left_cents": 0}


async def given_up(money: Money, refund: str) -> None:
    """Call it failed, as readings do that found nothing for long."""
    async with money.services.database.begin() as connection:
        await move(money.services.context(connection, SYSTEM, "test"), UUID(refund), RefundState.FAILED)
