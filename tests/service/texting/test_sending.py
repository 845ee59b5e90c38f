"""A text is handed over once, only to who may be texted, at hours that allow it; what is in doubt waits."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from care_console.contract.consent import ConsentChannel
from care_console.service.consent.rules import Words, lock_number, opt_out
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.texting import sending
from care_console.service.texting.turns import wait_turn
from tests.service.conftest import NOON
from tests.service.texting.conftest import PHONE, Texting
from tests.support import builders

pytestmark = pytest.mark.asyncio
_WAITING = sql(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def _opt_out(texting: Texting) -> None:
    async with texting.services.database.begin() as connection:
        ctx = texting.services.context(connection, SYSTEM, "test")
        await opt_out(ctx, PHONE, Words(ConsentChannel.CARE_CALL, "stop", ctx.now))


async def test_a_text_is_handed_over_with_its_short_validity(texting: Texting) -> None:
    text = await texting.queue()
    await texting.work()
    [line] = await texting.handed()
    assert (line["to"], line["validity"]) == (PHONE, "5")
    assert await texting.status(text) == "sent"


async def test_no_text_passes_an_opt_out(texting: Texting) -> None:
    text = await texting.queue()
    async with texting.services.database.begin() as connection:
        assert await sending.claim(texting.services.context(connection, SYSTEM, "test"), text)
    await _opt_out(texting)
    async with texting.services.database.begin() as connection:
        ctx = texting.services.context(connection, SYSTEM, "test")
        await lock_number(ctx, PHONE)
        await sending.hand_over(ctx, text, texting.services.sms)
    assert await texting.handed() == []
    assert await texting.status(text) == "cancelled"


async def test_a_numbers_texts_do_not_queue_up_before_an_opt_out(texting: Texting) -> None:
    await texting.twin.faults("delay", seconds=1.0)
    for _ in range(4):
        await texting.queue()
    working = asyncio.create_task(texting.work())
    async with asyncio.timeout(30):
        while not await texting.handed():  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.02)
        await _opt_out(texting)
        await working
    assert len(await texting.handed()) == 1, "the lock is given in the order of asking: the opt-out was next"


async def test_an_opt_out_waits_for_the_text_that_is_being_handed_over(texting: Texting) -> None:
    await texting.twin.faults("delay", seconds=1.0)
    await texting.queue()
    working = asyncio.create_task(texting.work())
    async with asyncio.timeout(30):
        while not await texting.handed():  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.02)
    await _opt_out(texting)
    rows = await texting.rows()
    assert [row.status for row in rows] == ["sent"], "what was handed over before the opt-out is told so"
    await working
    assert len(await texting.handed()) == 1


async def test_what_became_too_late_while_it_waited_for_its_number_does_not_go(
    texting: Texting, clock: SettableClock
) -> None:
    text = await texting.queue(kind="stop_confirmation", not_after=clock.now() + timedelta(minutes=2))
    async with texting.services.database.begin() as connection:
        await lock_number(texting.services.context(connection, SYSTEM, "test"), PHONE)
        sent = asyncio.create_task(texting.send(text))
        async with asyncio.timeout(30):
            while not (await connection.execute(_WAITING)).scalar_one():  # noqa: ASYNC110 - another waits
                await asyncio.sleep(0.02)
        clock.advance(timedelta(minutes=3))
    await sent
    assert await texting.handed() == []
    assert await texting.status(text) == "cancelled"


@pytest.mark.parametrize(("left", "validity"), [(4.5, ["4"]), (1.0, ["1"]), (0.9, []), (600.0, ["5"])])
async def test_no_carrier_holds_a_text_until_it_is_worth_nothing(
    texting: Texting, clock: SettableClock, left: float, validity: list[str]
) -> None:
    text = await texting.queue(kind="stop_confirmation", not_after=clock.now() + timedelta(minutes=left))
    await texting.send(text)
    assert [line["validity"] for line in await texting.handed()] == validity


async def test_at_night_it_waits_for_the_morning(texting: Texting, clock: SettableClock) -> None:
    clock.advance(timedelta(hours=12))
    text = await texting.queue()
    await texting.send(text)
    assert await texting.status(text) == "queued"
    assert await texting.handed() == []


async def test_a_link_that_ended_is_not_sent(texting: Texting) -> None:
    async with texting.services.database.begin() as connection:
        ctx = texting.services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE)
        message = await builders.a_message(ctx, recipient_id=recipient)
        link = await builders.a_link(ctx, message, revoked_at=ctx.now - timedelta(minutes=1))
    text = await texting.queue(message_id=message, link_id=link)
    await texting.work()
    assert await texting.status(text) == "cancelled"
    assert await texting.handed() == []


async def test_a_gateway_that_takes_nothing_gets_it_later(texting: Texting, clock: SettableClock) -> None:
    await texting.twin.faults("503")
    text = await texting.queue()
    await texting.send(text)
    assert await texting.status(text) == "queued"
    clock.advance(timedelta(minutes=2))
    await texting.send(text)
    assert await texting.status(text) == "sent"
    assert len(await texting.handed()) == 1


async def test_a_lost_answer_leaves_it_in_doubt_until_a_receipt_tells(texting: Texting) -> None:
    await texting.twin.faults("drop_reply")
    text = await texting.queue()
    await texting.send(text)
    assert await texting.status(text) == "sending"
    assert (await texting.receipt(text, 8)).status_code == 200
    assert await texting.status(text) == "sent"
    assert (await texting.receipt(text, 1)).status_code == 200
    assert (await texting.receipt(text, 8)).status_code == 200
    assert await texting.status(text) == "delivered", "receipts come out of order"
    assert len(await texting.handed()) == 1


async def test_what_no_receipt_tells_of_is_sent_again_once_it_has_ended_at_the_carrier(
    texting: Texting, clock: SettableClock
) -> None:
    await texting.twin.faults("500")
    text = await texting.queue()
    await texting.send(text)
    assert await texting.status(text) == "sending"
    clock.advance(timedelta(minutes=7))
    async with texting.services.database.begin() as connection:
        assert await sending.claim(texting.services.context(connection, SYSTEM, "test"), text)


async def test_a_confirmation_in_doubt_is_never_handed_over_again(
    texting: Texting, clock: SettableClock
) -> None:
    await texting.twin.faults("drop_reply")
    ends = clock.now() + timedelta(minutes=30)
    text = await texting.queue(kind="stop_confirmation", not_after=ends)
    await texting.send(text)
    assert await texting.status(text) == "sending"
    clock.advance(timedelta(minutes=7))
    await texting.send(text)
    assert await texting.status(text) == "cancelled"
    assert len(await texting.handed()) == 1


async def test_a_carriers_unsubscribed_is_an_opt_out(texting: Texting) -> None:
    text = await texting.queue()
    await texting.work()
    answer = "NACK/1027 Number is unsubscribed from this short code"
    assert (await texting.receipt(text, 16, answer)).status_code == 200
    assert await texting.status(text) == "failed"
    assert await texting.state() == "opted_out"
    assert (await texting.receipt(999, 1)).status_code == 404


async def test_a_carriers_unsubscribed_counts_once_and_wherever_the_text_stood(texting: Texting) -> None:
    answer = "NACK/1027 Number is unsubscribed from this short code"
    text = await texting.queue()
    await texting.work()
    assert (await texting.receipt(text, 2, "UNDELIV")).status_code == 200
    assert (await texting.receipt(text, 16, answer)).status_code == 200
    assert await texting.status(text) == "undelivered", "it was told so already"
    assert await texting.state() == "opted_out"
    await texting.hear("START")
    assert (await texting.receipt(text, 16, answer)).status_code == 200
    assert await texting.state() == "opted_in", "the same receipt again is no new opt-out"


async def test_what_was_imported_never_goes_out(texting: Texting) -> None:
    async with texting.services.database.begin() as connection:
        ctx = texting.services.context(connection, SYSTEM, "test")
        await builders.a_text(
            ctx, phone=PHONE, status="queued", imported_id="T1", send_after=NOON - timedelta(days=1)
        )
    await texting.work()
    assert await texting.handed() == []


async def test_turns_are_as_far_apart_as_the_rate_says(texting: Texting) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(wait_turn(texting.services) for _ in range(6)))
    assert loop.time() - began >= 5 / texting.services.settings.texts_per_second
