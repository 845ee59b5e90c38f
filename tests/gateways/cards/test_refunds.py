"""Our adapter and the twin: refunds given, refused, found and read, with Stripe's document looking on."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from care_console.service.gateways.cards.port import ProcessorRefund, ProcessorState, Refused
from care_console.service.gateways.cards.stripe import API_VERSION, StripeCards
from tests.gateways.cards.conftest import Exchanges, until
from tests.support.card_twin import CardTwin, card_twin

pytestmark = pytest.mark.asyncio


async def give(
    cards: StripeCards, ref: str, cents: int, id: UUID | None = None, reason: str = "inaudible"
) -> ProcessorRefund:
    return await cards.refund(
        refund_id=id or uuid4(), processor_ref=ref, amount_cents=cents, currency="USD", reason=reason
    )


async def test_a_refund_is_given_once_and_carries_our_id(twin: CardTwin, cards: StripeCards) -> None:
    ref, id = await twin.paid(1000), uuid4()
    made = await give(cards, ref, 300, id)
    assert (made.processor_ref, made.amount_cents, made.currency) == (ref, 300, "usd")
    assert (made.state, made.refund_id, made.failure_reason) == (ProcessorState.SUCCEEDED, id, None)
    assert await cards.read_refund(made.processor_id) == made
    assert await cards.find_refund(refund_id=id, processor_ref=ref) == made
    [asked] = [
        line for line in await twin.journal("request") if line["path"] == "/v1/refunds" and line["key"]
    ]
    assert (asked["key"], asked["version"], asked["outcome"]) == (str(id), API_VERSION, "done")
    [done] = await twin.journal("refund")
    assert (done["id"], done["amount_cents"], done["refund_id"]) == (made.processor_id, 300, str(id))


@pytest.mark.parametrize(
    ("ours", "theirs"), [("duplicate", "duplicate"), ("goodwill", "requested_by_customer")]
)
async def test_the_reason_is_told_in_the_processors_words_and_in_ours(
    twin: CardTwin, cards: StripeCards, ours: str, theirs: str
) -> None:
    made = await give(cards, await twin.paid(1000), 100, reason=ours)
    body = (await twin.call("GET", f"/v1/refunds/{made.processor_id}")).json()
    assert (body["reason"], body["metadata"]["reason"]) == (theirs, ours)


async def test_the_parts_of_a_charge_never_exceed_it(twin: CardTwin, cards: StripeCards) -> None:
    ref = await twin.paid(1000)
    await give(cards, ref, 600)
    with pytest.raises(Refused, match=r"\(\$5\.00\) is greater than unrefunded amount on charge \(\$4\.00\)"):
        await give(cards, ref, 500)
    await give(cards, ref, 400)
    with pytest.raises(Refused) as full:
        await give(cards, ref, 1)
    assert full.value.code == "charge_already_refunded"
    assert sum(line["amount_cents"] for line in await twin.journal("refund")) == 1000


async def test_what_nobody_paid_is_refused(twin: CardTwin, cards: StripeCards) -> None:
    with pytest.raises(Refused) as unknown:
        await give(cards, "pi_unknown", 100)
    assert unknown.value.code == "resource_missing"
    with pytest.raises(Refused):
        await cards.find_refund(refund_id=uuid4(), processor_ref="pi_unknown")
    with pytest.raises(Refused):
        await cards.read_refund("re_unknown")
    declined = await twin.call(
        "POST",
        "/v1/payment_intents",
        amount=1000,
        currency="usd",
        confirm="true",
        payment_method="pm_card_chargeDeclined",
    )
    assert declined.status_code == 402
    charge = (await twin.call("GET", f"/v1/charges/{declined.json()['error']['charge']}")).json()
    with pytest.raises(Refused, match="does not have a successful charge"):
        await give(cards, charge["payment_intent"], 100)


async def test_a_disputed_charge_is_refunded_only_after_the_dispute_was_won(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref = await twin.paid(1000)
    dispute = await twin.tell("/disputes", payment_intent=ref)
    with pytest.raises(Refused) as refused:
        await give(cards, ref, 100)
    assert refused.value.code == "charge_disputed"
    await twin.tell(f"/disputes/{dispute['id']}/close", status="won")
    assert (await give(cards, ref, 100)).state is ProcessorState.SUCCEEDED


async def test_a_pending_refund_that_fails_gives_its_amount_back_to_the_charge(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref = await twin.paid(1000)
    await twin.tell("/refunds/behaviour", outcome="pending")
    made = await give(cards, ref, 1000)
    assert made.state is ProcessorState.PENDING
    with pytest.raises(Refused):
        await give(cards, ref, 1)
    await twin.tell(
        f"/refunds/{made.processor_id}/settle", status="failed", failure_reason="lost_or_stolen_card"
    )
    failed = await cards.read_refund(made.processor_id)
    assert (failed.state, failed.failure_reason) == (ProcessorState.FAILED, "lost_or_stolen_card")
    assert (await give(cards, ref, 1000)).state is ProcessorState.SUCCEEDED


@pytest.mark.parametrize(
    ("card", "first", "last"),
    [("pm_card_pendingRefund", "pending", "succeeded"), ("pm_card_refundFail", "succeeded", "failed")],
)
async def test_stripes_test_cards_settle_later_by_the_twins_clock(
    twin: CardTwin, cards: StripeCards, card: str, first: str, last: str
) -> None:
    made = await give(cards, await twin.paid(1000, card), 100)
    assert made.state == first
    await twin.clock(3600)

    async def settled() -> bool:
        return (await cards.read_refund(made.processor_id)).state == last

    await until(settled)


async def test_a_refund_that_needs_action_can_be_canceled_and_no_other(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref = await twin.paid(1000)
    await twin.tell("/refunds/behaviour", outcome="requires_action")
    waiting, given = await give(cards, ref, 100), await give(cards, ref, 200)
    answers = [await twin.call("POST", f"/v1/refunds/{one.processor_id}/cancel") for one in (waiting, given)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert (await cards.read_refund(waiting.processor_id)).state is ProcessorState.CANCELED
    assert (await cards.read_refund(given.processor_id)).state is ProcessorState.SUCCEEDED


async def test_ours_is_found_behind_two_pages_of_others(
    twin: CardTwin, cards: StripeCards, exchanges: Exchanges
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    made = await give(cards, ref, 5, id)
    for _ in range(230):
        answer = await twin.call("POST", "/v1/refunds", payment_intent=ref, amount=1)
        assert answer.status_code == 200
    exchanges.seen.clear()
    assert await cards.find_refund(refund_id=id, processor_ref=ref) == made
    assert len(exchanges.seen) == 3
    assert await cards.find_refund(refund_id=uuid4(), processor_ref=ref) is None


async def test_a_refund_made_by_somebody_else_carries_no_id_of_ours(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref = await twin.paid(1000)
    typed = await twin.call(
        "POST", "/v1/refunds", payment_intent=ref, amount=1, metadata__refund_id="by hand"
    )
    assert (await cards.read_refund(typed.json()["id"])).refund_id is None


async def test_pending_by_default_where_the_twin_is_told_so(exchanges: Exchanges) -> None:
    async with card_twin(refunds="pending") as twin:
        cards = StripeCards("sk_test_tests", twin.secret, twin.url)
        assert (await give(cards, await twin.paid(100), 100)).state is ProcessorState.PENDING
        await cards.close()
