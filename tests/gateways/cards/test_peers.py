"""Our adapter on Stripes that other people wrote, each for what it does right, and on our twin beside them.

What the twin says of refunds was thought out by whoever wrote the adapter; these were not (decision 0030).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from care_console.service.gateways.cards.port import (
    BadSignature,
    OutcomeUnknown,
    ProcessorRefund,
    ProcessorState,
    Refused,
)
from care_console.service.gateways.cards.stripe import StripeCards
from tests.gateways.cards.conftest import until
from tests.gateways.cards.receiver import receiver
from tests.support.card_twin import SECRET
from tests.support.peers import PEERS, Peer, missing_tools

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]


def held_by(*names: str) -> pytest.MarkDecorator:
    """The peers that do this as Stripe does."""
    return pytest.mark.parametrize("peer", names, indirect=True)


ALL = ("twin", "localstripe", "stripe-stateful-mock")
LIMITS = KEYS = ("twin", "stripe-stateful-mock")


@pytest_asyncio.fixture
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Peer]:
    missing = missing_tools()
    assert not missing, f"install {' and '.join(missing)}: these tests use Stripes of other people"
    async with PEERS[request.param]() as running:
        yield running


@pytest_asyncio.fixture
async def cards(peer: Peer) -> AsyncIterator[StripeCards]:
    made = StripeCards("sk_test_tests", SECRET, peer.url)
    yield made
    await made.close()


async def give(cards: StripeCards, ref: str, cents: int, id: UUID | None = None) -> ProcessorRefund:
    return await cards.refund(
        refund_id=id or uuid4(), processor_ref=ref, amount_cents=cents, currency="USD", reason="inaudible"
    )


@held_by(*ALL)
async def test_a_refund_is_given_found_by_our_id_and_read(peer: Peer, cards: StripeCards) -> None:
    ref, id = await peer.pay(1000), uuid4()
    made = await give(cards, ref, 1000, id)
    assert (made.processor_ref, made.amount_cents, made.currency) == (ref, 1000, "usd")
    assert (made.state, made.refund_id, made.failure_reason) == (ProcessorState.SUCCEEDED, id, None)
    assert await cards.read_refund(made.processor_id) == made
    assert await cards.find_refund(refund_id=id, processor_ref=ref) == made
    assert await cards.find_refund(refund_id=uuid4(), processor_ref=ref) is None


@held_by(*ALL)
async def test_parts_up_to_the_amount_each_with_its_own_id(peer: Peer, cards: StripeCards) -> None:
    ref, other = await peer.pay(1000), await peer.pay(1000)
    made = [await give(cards, ref, cents, uuid4()) for cents in (600, 300, 100)]
    assert len({one.processor_id for one in made}) == 3
    for one in made:
        assert one.refund_id is not None
        assert await cards.find_refund(refund_id=one.refund_id, processor_ref=ref) == one
        assert await cards.find_refund(refund_id=one.refund_id, processor_ref=other) is None


@held_by(*LIMITS)
async def test_more_than_is_left_is_refused_and_gives_nothing(peer: Peer, cards: StripeCards) -> None:
    ref, too_much = await peer.pay(1000), uuid4()
    await give(cards, ref, 600)
    with pytest.raises(Refused, match="greater than unrefunded amount on charge"):
        await give(cards, ref, 401, too_much)
    assert await cards.find_refund(refund_id=too_much, processor_ref=ref) is None
    await give(cards, ref, 400)
    with pytest.raises(Refused) as full:
        await give(cards, ref, 1)
    assert full.value.code == "charge_already_refunded"


@held_by(*KEYS)
async def test_the_same_id_again_is_the_same_refund(peer: Peer, cards: StripeCards) -> None:
    ref, id = await peer.pay(1000), uuid4()
    first = await give(cards, ref, 700, id)
    assert await give(cards, ref, 700, id) == first
    # Of a thousand, seven hundred went back once: what is left says so.
    with pytest.raises(Refused):
        await give(cards, ref, 301)
    assert (await give(cards, ref, 300)).amount_cents == 300


@held_by(*KEYS)
async def test_the_same_id_for_another_amount_is_not_known_to_have_failed(
    peer: Peer, cards: StripeCards
) -> None:
    ref, id = await peer.pay(1000), uuid4()
    first = await give(cards, ref, 300, id)
    with pytest.raises(OutcomeUnknown):
        await give(cards, ref, 200, id)
    assert await cards.find_refund(refund_id=id, processor_ref=ref) == first


@held_by(*KEYS)
async def test_a_refusal_is_remembered_under_its_id(peer: Peer, cards: StripeCards) -> None:
    ref, id = await peer.pay(1000), uuid4()
    for _ in range(2):
        with pytest.raises(Refused):
            await give(cards, ref, 1001, id)
    assert await cards.find_refund(refund_id=id, processor_ref=ref) is None


@held_by(*ALL)
async def test_what_is_not_there_is_refused(peer: Peer, cards: StripeCards) -> None:
    with pytest.raises(Refused):
        await give(cards, "pi_unknown", 100)
    with pytest.raises(Refused):
        await cards.read_refund("re_unknown")


@held_by("localstripe")
async def test_a_webhook_that_another_signed_is_read_and_a_changed_one_is_not(
    peer: Peer, cards: StripeCards
) -> None:
    assert peer.tell_webhooks is not None
    async with receiver() as post:
        await peer.tell_webhooks(post.url)
        ref = await peer.pay(1000)

        async def came() -> bool:
            return bool(post.came)

        await until(came)
    body, signature = post.came[0]
    event = cards.read_event(body, signature)
    assert (event.type, event.refund) == ("payment_intent.succeeded", None)
    assert ref.encode() in body
    with pytest.raises(BadSignature):
        cards.read_event(body.replace(b"1000", b"9000"), signature)
