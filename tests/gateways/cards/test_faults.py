"""When it goes wrong: which failure says what of the money, and that one id never pays twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from care_console.service.gateways.cards.port import NotSent, OutcomeUnknown, ProcessorRefund, Refused
from care_console.service.gateways.cards.stripe import StripeCards
from tests.gateways.cards.conftest import Exchanges, adapter, until
from tests.support.card_twin import CardTwin

pytestmark = pytest.mark.asyncio


async def give(cards: StripeCards, ref: str, id: UUID, cents: int = 100) -> ProcessorRefund:
    return await cards.refund(
        refund_id=id, processor_ref=ref, amount_cents=cents, currency="usd", reason="other"
    )


async def found(cards: StripeCards, ref: str, id: UUID) -> bool:
    return await cards.find_refund(refund_id=id, processor_ref=ref) is not None


async def refunds(twin: CardTwin) -> list[str | None]:
    return [line["refund_id"] for line in await twin.journal("refund")]


async def test_a_lost_reply_is_unknown_and_the_same_id_gets_the_same_refund(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.faults("drop_reply", path="/v1/refunds")
    with pytest.raises(OutcomeUnknown, match="lost"):
        await give(cards, ref, id)
    first = await cards.find_refund(refund_id=id, processor_ref=ref)
    assert await give(cards, ref, id) == first
    assert await refunds(twin) == [str(id)]
    last = (await twin.journal("request"))[-1]
    assert (last["outcome"], last["replayed"]) == ("replayed", True)


@pytest.mark.parametrize(("fault", "done"), [("500", False), ("500_after", True)])
async def test_a_500_is_unknown_remembered_for_a_day_and_only_reading_tells(
    twin: CardTwin, cards: StripeCards, fault: str, done: bool
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.faults(fault)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="500"):
            await give(cards, ref, id)
        assert await found(cards, ref, id) is done
    assert await refunds(twin) == ([str(id)] if done else [])


async def test_a_503_is_unknown_and_not_remembered(twin: CardTwin, cards: StripeCards) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.faults("503")
    with pytest.raises(OutcomeUnknown):
        await give(cards, ref, id)
    assert (await give(cards, ref, id)).refund_id == id


async def test_turned_away_at_the_door_is_not_sent(twin: CardTwin, cards: StripeCards) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.faults("429")
    with pytest.raises(NotSent):
        await give(cards, ref, id)
    assert await refunds(twin) == []
    assert (await give(cards, ref, id)).refund_id == id


async def test_a_key_that_is_not_accepted_is_not_sent(twin: CardTwin) -> None:
    cards = StripeCards("rk_wrong", twin.secret, twin.url)
    with pytest.raises(NotSent, match="operator"):
        await give(cards, await twin.paid(1000), uuid4())
    await cards.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://processor.invalid"])
async def test_a_processor_that_cannot_be_reached_got_nothing(url: str) -> None:
    cards = StripeCards("sk_test_tests", "whsec", url)
    with pytest.raises(NotSent):
        await give(cards, "pi_1", uuid4())
    await cards.close()


async def test_a_time_out_is_unknown_and_the_refund_may_still_arrive(
    twin: CardTwin, exchanges: Exchanges
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    cards = adapter(twin, exchanges, request_seconds=0.5)
    await twin.faults("delay", seconds=1.5, method="POST")
    with pytest.raises(OutcomeUnknown, match="within"):
        await give(cards, ref, id)
    assert not await found(cards, ref, id)
    with pytest.raises(OutcomeUnknown, match="in-progress"):
        await give(cards, ref, id)
    await until(lambda: found(cards, ref, id))
    assert (await give(cards, ref, id)).refund_id == id
    assert await refunds(twin) == [str(id)]
    await cards.close()


@asynccontextmanager
async def strange_server(head: bytes, drop: bytes) -> AsyncIterator[str]:
    """Answers anything with `head`, then `drop` every tenth of a second for as long as somebody listens."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        for _ in range(100 if drop else 0):
            writer.write(drop)
            await asyncio.sleep(0.1)
            if writer.is_closing():
                break
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b""),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": "re_1"', b""),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"id":"re_1"}', b""),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\n<html>", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b" "),
    ],
    ids=["not_json", "cut_off", "no_refund", "redirect", "a_gateways_page", "drop_by_drop"],
)
async def test_an_answer_that_cannot_be_read_is_unknown(head: bytes, drop: bytes) -> None:
    async with strange_server(head, drop) as url:
        cards = StripeCards("sk_test_tests", "whsec", url, request_seconds=1.0)
        async with asyncio.timeout(5):
            with pytest.raises(OutcomeUnknown):
                await give(cards, "pi_1", uuid4())
        await cards.close()


async def test_the_same_id_with_other_words_is_unknown_since_the_first_may_have_paid(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await give(cards, ref, id, cents=100)
    with pytest.raises(OutcomeUnknown, match="same parameters"):
        await give(cards, ref, id, cents=200)
    other_endpoint = await twin.call("POST", "/v1/payment_intents", key=str(id), amount=100, currency="usd")
    assert other_endpoint.status_code == 400
    assert other_endpoint.json()["error"]["type"] == "idempotency_error"
    assert await refunds(twin) == [str(id)]


async def test_a_replay_says_so_and_a_refusal_is_remembered_but_bad_parameters_are_not(
    twin: CardTwin,
) -> None:
    ref = await twin.paid(1000)
    asked = {"payment_intent": ref, "amount": 5000}
    refused = [await twin.call("POST", "/v1/refunds", key="k1", **asked) for _ in range(2)]
    assert [one.status_code for one in refused] == [400, 400]
    assert [one.headers.get("idempotent-replayed") for one in refused] == [None, "true"]
    assert refused[0].content == refused[1].content
    assert refused[1].headers["original-request"] == refused[0].headers["request-id"]
    wrong = await twin.call("POST", "/v1/refunds", key="k2", payment_intent=ref, amount="ten")
    assert wrong.json()["error"]["code"] == "parameter_invalid_integer"
    right = await twin.call("POST", "/v1/refunds", key="k2", payment_intent=ref, amount=10)
    assert right.status_code == 200


async def test_keys_are_forgotten_after_a_day_and_an_old_id_would_pay_twice(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    first = await give(cards, ref, id)
    await twin.clock(24 * 3600 - 60)
    assert (await give(cards, ref, id)) == first
    await twin.clock(120)
    assert (await give(cards, ref, id)).processor_id != first.processor_id
    assert await refunds(twin) == [str(id), str(id)]


async def test_one_id_sent_ten_times_at_once_pays_once(twin: CardTwin, cards: StripeCards) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.faults("delay", seconds=0.5)
    ends = await asyncio.gather(*(give(cards, ref, id) for _ in range(10)), return_exceptions=True)
    given = [end for end in ends if isinstance(end, ProcessorRefund)]
    assert len(given) == 1
    assert all(isinstance(end, OutcomeUnknown) for end in ends if end not in given)
    assert await refunds(twin) == [str(id)]


async def test_many_ids_at_once_never_exceed_the_charge(twin: CardTwin, cards: StripeCards) -> None:
    ref = await twin.paid(1000)
    ends = await asyncio.gather(*(give(cards, ref, uuid4()) for _ in range(25)), return_exceptions=True)
    assert [isinstance(end, ProcessorRefund) for end in ends].count(True) == 10
    assert [isinstance(end, Refused) for end in ends].count(True) == 15


async def test_killed_between_commit_and_reply_it_has_lost_nothing(
    twin: CardTwin, cards: StripeCards
) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.faults("delay_after", seconds=60, path="/v1/refunds")
    sending = asyncio.create_task(give(cards, ref, id))

    async def committed() -> bool:
        return await refunds(twin) == [str(id)]

    await until(committed)
    await twin.kill()
    with pytest.raises(OutcomeUnknown):
        await sending
    with pytest.raises(NotSent):
        await give(cards, ref, id)
    await twin.start()
    first = await cards.find_refund(refund_id=id, processor_ref=ref)
    assert first is not None
    assert await give(cards, ref, id) == first
    assert await refunds(twin) == [str(id)]


async def test_killed_before_the_work_it_has_done_nothing(twin: CardTwin, cards: StripeCards) -> None:
    ref, id = await twin.paid(1000), uuid4()
    await twin.faults("delay", seconds=60, method="POST", path="/v1/refunds")
    sending = asyncio.create_task(give(cards, ref, id))

    async def at_work() -> bool:
        return [line["path"] for line in await twin.journal("fault_taken")] == ["/v1/refunds"]

    await until(at_work)
    await twin.kill()
    with pytest.raises(OutcomeUnknown):
        await sending
    await twin.start()
    assert not await found(cards, ref, id)
    assert (await give(cards, ref, id)).refund_id == id
