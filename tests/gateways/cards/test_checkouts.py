"""Our adapter and the twin: payment pages opened, paid, declined, ended and read, as Stripe has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from care_console.service.gateways.cards.port import CheckoutStage, NewCheckout, OutcomeUnknown, Refused
from care_console.service.gateways.cards.stripe import StripeCards
from tests.gateways.cards import stripe_schema
from tests.support.card_twin import CardTwin

pytestmark = pytest.mark.asyncio


def wanted(**changes: Any) -> NewCheckout:
    made = NewCheckout(
        checkout_id=uuid4(),
        amount_cents=399,
        currency="USD",
        product="Voice message",
        language="es",
        on_statement="mvm.example",
        paid_url="http://service/m/CODE/paid?session={CHECKOUT_SESSION_ID}",
        back_url="http://service/m/CODE",
        ends_at=datetime.now(UTC) + timedelta(hours=1),
    )
    return replace(made, **changes)


async def try_card(url: str | None, number: str, **more: str) -> httpx.Response:
    assert url is not None
    async with httpx.AsyncClient(trust_env=False) as browser:
        return await browser.post(url, data={"number": number} | more)


async def test_a_page_is_opened_once_for_an_id_and_paid_once(twin: CardTwin, cards: StripeCards) -> None:
    asked = wanted()
    opened = await cards.open_checkout(asked)
    assert (await cards.open_checkout(asked)).processor_id == opened.processor_id
    assert (opened.stage, opened.checkout_id, opened.paid) == (CheckoutStage.OPEN, asked.checkout_id, None)
    assert opened.url is not None
    assert opened.url.startswith(cards.page_origin)
    first = await try_card(opened.url, "4242 4242 4242 4242")
    again = await try_card(opened.url, "4242424242424242")
    for answer in (first, again):
        assert answer.headers["location"] == f"http://service/m/CODE/paid?session={opened.processor_id}"
    read = await cards.read_checkout(opened.processor_id)
    assert read.paid is not None
    assert (read.stage, read.paid.amount_cents, read.paid.brand, read.paid.last4) == (
        *(CheckoutStage.COMPLETE, 399),
        *("visa", "4242"),
    )
    assert len([line for line in await twin.journal("charge") if line["paid"]]) == 1
    assert [line["suffix"] for line in await twin.journal("checkout")] == ["MVM.EXAMPLE"]
    # What is complete cannot be ended; whoever tries learns that it was paid.
    assert (await cards.end_checkout(opened.processor_id)).paid == read.paid


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "Your card has insufficient funds."),
        ("4000000000000069", "Your card has expired."),
        ("4111111111111112", "Your card number is incorrect."),
    ],
)
async def test_a_declined_card_takes_nothing_and_leaves_the_page_open(
    cards: StripeCards, number: str, said: str
) -> None:
    opened = await cards.open_checkout(wanted())
    assert said.replace("'", "&#x27;") in (await try_card(opened.url, number)).text
    read = await cards.read_checkout(opened.processor_id)
    assert (read.stage, read.paid) == (CheckoutStage.OPEN, None)
    assert [one.succeeded for one in read.tries] == ([False] if number.startswith("4000") else [])
    assert (await try_card(opened.url, "378282246310005")).status_code == 303
    read = await cards.read_checkout(opened.processor_id)
    assert [one.brand for one in read.tries if one.succeeded] == ["amex"]


async def test_a_bank_that_asks_first_is_asked(cards: StripeCards) -> None:
    opened = await cards.open_checkout(wanted())
    assert "Your bank wants to know" in (await try_card(opened.url, "4000002760003184")).text
    assert "unable to authenticate" in (await try_card(opened.url, "4000002760003184", bank="fail")).text
    assert (await cards.read_checkout(opened.processor_id)).tries == []
    assert (await try_card(opened.url, "4000002760003184", bank="complete")).status_code == 303


async def test_an_ended_page_takes_nothing_more(twin: CardTwin, cards: StripeCards) -> None:
    ended, timed_out = await cards.open_checkout(wanted()), await cards.open_checkout(wanted())
    assert (await cards.end_checkout(ended.processor_id)).stage is CheckoutStage.EXPIRED
    await twin.clock(3700)
    for opened in (ended, timed_out):
        async with httpx.AsyncClient(trust_env=False) as browser:
            for _ in range(100):
                if (await cards.read_checkout(opened.processor_id)).stage is CheckoutStage.EXPIRED:
                    break
            assert "timed out" in (await browser.get(str(opened.url))).text
        assert "timed out" in (await try_card(opened.url, "4242424242424242")).text
        assert (await cards.end_checkout(opened.processor_id)).stage is CheckoutStage.EXPIRED
    assert await twin.journal("charge") == []


async def test_what_cannot_be_known_is_unknown_and_the_same_id_finds_it(
    twin: CardTwin, cards: StripeCards
) -> None:
    asked = wanted()
    await twin.faults("drop_reply")
    with pytest.raises(OutcomeUnknown):
        await cards.open_checkout(asked)
    [made] = await twin.journal("checkout")
    assert (await cards.open_checkout(asked)).processor_id == made["id"]
    with pytest.raises(Refused):
        await cards.open_checkout(wanted(ends_at=datetime.now(UTC) + timedelta(minutes=5)))
    with pytest.raises(Refused):
        await cards.read_checkout("cs_none")


async def test_each_event_is_as_stripe_has_it_and_names_our_id(twin: CardTwin, cards: StripeCards) -> None:
    opened = await cards.open_checkout(wanted())
    for number in ("4000000000000002", "4000000000000259"):
        await try_card(opened.url, number)
    await cards.end_checkout((await cards.open_checkout(wanted())).processor_id)
    events = (await twin.call("GET", "/v1/events", limit=100)).json()["data"][::-1]
    assert [event["type"] for event in events] == [
        *("charge.failed", "payment_intent.payment_failed", "charge.succeeded"),
        *("payment_intent.succeeded", "checkout.session.completed", "charge.dispute.created"),
        "checkout.session.expired",
    ]
    assert [fault for event in events for fault in stripe_schema.faults_of_object(event)] == []
    told = [event["data"]["object"]["metadata"].get("checkout_id") for event in events[:5]]
    assert told == [str(opened.checkout_id)] * 5
