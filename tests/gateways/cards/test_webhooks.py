"""Webhooks: signed as Stripe signs, refused when they are not, and delivered late, twice and out of order."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from care_console.service.gateways.cards.port import BadSignature, ProcessorEvent, ProcessorState
from care_console.service.gateways.cards.stripe import StripeCards
from tests.gateways.cards import stripe_schema
from tests.gateways.cards.conftest import until
from tests.gateways.cards.receiver import Receiver, receiver
from tests.support.card_twin import SECRET, CardTwin, card_twin

pytestmark = pytest.mark.asyncio

EVENT = {
    "id": "evt_1",
    "object": "event",
    "created": 1_790_000_000,
    "type": "refund.updated",
    "data": {
        "object": {
            "id": "re_1",
            "object": "refund",
            "amount": 250,
            "currency": "usd",
            "payment_intent": "pi_1",
            "status": "failed",
            "failure_reason": "expired_or_canceled_card",
            "metadata": {},
        }
    },
}


def signed(body: bytes, secret: str = SECRET, age: int = 0) -> str:
    """The header by the rule as Stripe publishes it, worked out here a second time."""
    at = int(time.time()) - age
    return f"t={at},v1=" + hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


@pytest.fixture
def reader() -> StripeCards:
    return StripeCards("sk_test_tests", SECRET, "http://127.0.0.1:1")


async def test_a_good_one_is_read(reader: StripeCards) -> None:
    body = json.dumps(EVENT).encode()
    event = reader.read_event(body, signed(body))
    assert (event.event_id, event.type) == ("evt_1", "refund.updated")
    assert event.created_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert event.refund is not None
    assert event.refund.state is ProcessorState.FAILED
    assert event.refund.failure_reason == "expired_or_canceled_card"
    assert event.refund.refund_id is None


async def test_a_second_signature_of_an_older_secret_does_no_harm(reader: StripeCards) -> None:
    body = json.dumps(EVENT).encode()
    at, good = signed(body).split(",")
    assert reader.read_event(body, f"{at},v1={'0' * 64},{good}").event_id == "evt_1"


@pytest.mark.parametrize("wrong", ["secret", "old", "changed", "empty", "garbled", "unsigned", "v0"])
async def test_a_bad_one_is_refused(reader: StripeCards, wrong: str) -> None:
    body = json.dumps(EVENT).encode()
    header = {
        "secret": signed(body, secret="whsec_other"),
        "old": signed(body, age=301),
        "changed": signed(body.replace(b"250", b"950")),
        "empty": "",
        "garbled": "t=now,v1=zz",
        "unsigned": f"t={int(time.time())}",
        "v0": signed(body).replace("v1=", "v0="),
    }[wrong]
    with pytest.raises(BadSignature):
        reader.read_event(body, header)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"[]", b"{}", b'{"id": "evt_1", "data": {"object": null}}', b"no"]
)
async def test_what_is_signed_but_no_event_is_refused(reader: StripeCards, body: bytes) -> None:
    with pytest.raises(BadSignature):
        reader.read_event(body, signed(body))


async def test_an_event_of_something_else_carries_no_refund(reader: StripeCards) -> None:
    body = json.dumps({**EVENT, "data": {"object": {"id": "ch_1", "object": "charge"}}}).encode()
    assert reader.read_event(body, signed(body)).refund is None


@pytest_asyncio.fixture
async def post() -> AsyncIterator[Receiver]:
    async with receiver() as running:
        yield running


@pytest_asyncio.fixture
async def twin(post: Receiver) -> AsyncIterator[CardTwin]:
    async with card_twin(webhook_url=post.url) as running:
        yield running


async def arrived(post: Receiver, count: int, type: str = "refund.") -> list[ProcessorEvent]:
    """Waits for so many events of a type, each signed well and as Stripe's document has it."""
    reader = StripeCards("sk_test_tests", SECRET)

    def of_type() -> list[bytes]:
        return [body for body, _ in post.came if json.loads(body)["type"].startswith(type)]

    async def enough() -> bool:
        return len(of_type()) >= count

    await until(enough)
    assert [
        fault for body, _ in post.came for fault in stripe_schema.faults_of_object(json.loads(body))
    ] == []
    read = [reader.read_event(body, signature) for body, signature in post.came]
    return [event for event in read if event.type.startswith(type)]


async def test_a_refunds_life_is_told_event_by_event(
    twin: CardTwin, cards: StripeCards, post: Receiver
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.tell("/refunds/behaviour", outcome="pending")
    made = await cards.refund(
        refund_id=id, processor_ref=ref, amount_cents=400, currency="usd", reason="other"
    )
    await twin.tell(f"/refunds/{made.processor_id}/settle", status="failed")
    events = await arrived(post, 3)
    assert [(event.type, event.refund and event.refund.state) for event in events] == [
        ("refund.created", "pending"),
        ("refund.updated", "failed"),
        ("refund.failed", "failed"),
    ]
    assert {event.refund.refund_id for event in events if event.refund} == {id}
    assert abs(events[0].created_at - datetime.now(UTC)) < timedelta(minutes=1)
    dispute = await twin.tell("/disputes", payment_intent=ref)
    await arrived(post, 1, "charge.dispute.created")
    assert dispute["id"] in {line["object"] for line in await twin.journal("webhook")}


async def test_an_event_that_was_not_taken_comes_again(twin: CardTwin, post: Receiver) -> None:
    post.answers = [500, 503]
    await twin.paid(1000)
    for type, first in (("charge.succeeded", 500), ("payment_intent.succeeded", 503)):
        events = await arrived(post, 2, type)
        assert len({event.event_id for event in events}) == 1

        async def noted(type: str = type, first: int = first) -> bool:
            lines = [line for line in await twin.journal("webhook") if line["type"] == type]
            return [(line["attempt"], line["answer"]) for line in lines] == [(1, first), (2, 200)]

        await until(noted)


async def test_events_come_twice_and_in_the_wrong_order_when_asked_to(
    twin: CardTwin, cards: StripeCards, post: Receiver
) -> None:
    ref = await twin.paid(1000)
    await arrived(post, 1, "payment_intent.succeeded")
    await twin.tell("/webhooks", copies=2, hold=True)
    await twin.tell("/refunds/behaviour", outcome="pending")
    made = await cards.refund(
        refund_id=uuid4(), processor_ref=ref, amount_cents=1, currency="usd", reason="other"
    )
    await twin.tell(f"/refunds/{made.processor_id}/settle", status="succeeded")
    assert not any(b'"refund.' in body for body, _ in post.came)
    await twin.tell("/webhooks/release", order="reversed")
    events = await arrived(post, 4)
    assert [event.type for event in events] == ["refund.updated"] * 2 + ["refund.created"] * 2
    assert len({event.event_id for event in events}) == 2


async def test_what_was_not_delivered_when_it_was_killed_comes_after_it_starts_again(
    twin: CardTwin, post: Receiver
) -> None:
    await twin.tell("/webhooks", delay_seconds=3600)
    await twin.paid(1000)
    await twin.kill()
    await twin.start()
    assert post.came == []
    await twin.clock(3601)
    await arrived(post, 1, "charge.succeeded")
