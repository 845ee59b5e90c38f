"""Refunds from the desk to the processor and back: asked once, held, undone, sent, settled, never guessed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from care_console.contract.problems import ProblemType
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.prepaid.ledger import account_of_phone, balance_cents
from care_console.service.prepaid.tables import ledger_entries
from care_console.service.refunds.tables import refunds
from tests.service.conftest import SignIn
from tests.service.refunds.conftest import Money, ask
from tests.support import builders

pytestmark = pytest.mark.asyncio
TEN_SECONDS = timedelta(seconds=10)


async def test_after_ten_seconds_it_is_sent_and_settles(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    answer = await ask(client, charge)
    assert answer.status_code == 202
    refund = answer.json()
    assert (refund["state"], refund["sends_at"]) == ("waiting", "2026-11-20T17:00:10Z")
    clock.advance(TEN_SECONDS)
    await money.work()
    assert await money.state(refund["id"]) == "succeeded"
    assert await money.actions(refund["id"]) == ["refund.asked", "refund.submitted", "refund.settled"]
    [made] = await money.twin.journal("refund")
    assert (made["refund_id"], made["amount_cents"]) == (refund["id"], 399)
    read = (await client.get(f"/v1/refunds/{refund['id']}")).json()
    assert read["state"] == "succeeded"


async def test_it_can_be_taken_back_while_it_waits_and_not_after(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    refund = (await ask(client, charge)).json()
    assert (await client.delete(f"/v1/refunds/{refund['id']}")).json()["state"] == "withdrawn"
    clock.advance(TEN_SECONDS)
    await money.work()
    assert await money.twin.journal("refund") == []
    second = (await ask(client, charge)).json()
    clock.advance(TEN_SECONDS)
    await money.work()
    late = await client.delete(f"/v1/refunds/{second['id']}")
    assert late.json()["type"] == ProblemType.TOO_LATE_TO_WITHDRAW.uri


async def test_pressed_twice_it_is_one_refund(money: Money, sign_in: SignIn, clock: SettableClock) -> None:
    client, charge = await sign_in(), await money.charge()
    key = str(uuid4())
    first, again = await asyncio.gather(ask(client, charge, key=key), ask(client, charge, key=key))
    assert first.json() == again.json()
    assert first.json()["id"] == key
    other = await ask(client, charge, 100, key=key)
    assert other.json()["type"] == ProblemType.KEY_REUSED.uri
    clock.advance(TEN_SECONDS)
    await money.work()
    assert len(await money.twin.journal("refund")) == 1


async def test_of_two_people_at_once_the_second_is_told(money: Money, sign_in: SignIn) -> None:
    ana, ben = await sign_in(login="ana"), await sign_in(login="ben")
    charge = await money.charge()
    answers = await asyncio.gather(ask(ana, charge), ask(ben, charge))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    [refused] = [answer.json() for answer in answers if answer.status_code == 409]
    assert refused["type"] == ProblemType.CHARGE_CHANGED.uri
    assert refused["fields"] == {"refunded_cents": 399}


async def test_parts_add_up_to_the_charge_and_not_beyond(money: Money, sign_in: SignIn) -> None:
    client, charge = await sign_in(), await money.charge()
    assert (await ask(client, charge, 200)).status_code == 202
    assert (await ask(client, charge, 200, expected_refunded_cents=200)).status_code == 422
    assert (await ask(client, charge, 199, expected_refunded_cents=200)).status_code == 202
    full = await ask(client, charge, 1, expected_refunded_cents=399)
    assert full.json()["type"] == ProblemType.OVER_REFUND.uri


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"cents": 0}, 422),
        ({"cents": -5}, 422),
        ({"reason": "because"}, 422),
        ({"note": "card 4242424242424242"}, 422),
        ({"expected_refunded_cents": 1}, 409),
        ({"key": "no uuid"}, 422),
        ({"cents": 10**12}, 422),
    ],
)
async def test_what_cannot_be_is_refused_and_no_money_moves(
    money: Money, sign_in: SignIn, changes: dict[str, object], status: int
) -> None:
    client, charge = await sign_in(), await money.charge()
    answer = await ask(client, charge, **changes)  # type: ignore[arg-type]
    assert answer.status_code == status
    async with money.services.database.begin() as connection:
        assert (await connection.execute(select(func.count()).select_from(refunds))).scalar_one() == 0


async def test_failed_and_disputed_charges_are_not_refunded(money: Money, sign_in: SignIn) -> None:
    client = await sign_in()
    failed = await money.charge(status="failed")
    assert (await ask(client, failed)).json()["type"] == ProblemType.CHARGE_NOT_REFUNDABLE.uri
    disputed = await money.charge()
    async with money.services.database.begin() as connection:
        await builders.a_dispute(money.services.context(connection, SYSTEM, "test"), disputed)
    assert (await ask(client, disputed)).json()["type"] == ProblemType.CHARGE_DISPUTED.uri


async def test_prepaid_money_goes_back_to_the_account_in_the_ledger(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    phone = "+12145550142"
    async with money.services.database.begin() as connection:
        ctx = money.services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=phone)
        message = await builders.a_message(ctx, recipient_id=recipient)
    charge = await money.charge(method="prepaid", processor_ref=None, message_id=message)
    refund = (await ask(await sign_in(), charge)).json()
    clock.advance(TEN_SECONDS)
    await money.work()
    assert await money.state(refund["id"]) == "succeeded"
    assert await money.twin.journal("request") == []
    async with money.services.database.begin() as connection:
        ctx = money.services.context(connection, SYSTEM, "test")
        assert await balance_cents(ctx, await account_of_phone(ctx, phone)) == 399
        total = select(func.sum(ledger_entries.c.amount_cents))
        assert (await connection.execute(total)).scalar_one() == 0


@pytest.mark.parametrize("fault", ["drop_reply", "500_after", "delay_after"])
async def test_an_answer_that_is_lost_leaves_it_unknown_until_reading_decides(
    money: Money, sign_in: SignIn, clock: SettableClock, fault: str
) -> None:
    client, charge = await sign_in(), await money.charge()
    await money.twin.faults(fault, path="/v1/refunds", method="POST", seconds=12)
    refund = (await ask(client, charge)).json()
    clock.advance(TEN_SECONDS)
    await money.work()
    assert await money.state(refund["id"]) == "succeeded"
    assert len(await money.twin.journal("refund")) == 1
    assert "refund.state_read" in await money.actions(refund["id"])


async def test_what_the_processor_never_did_fails_only_after_enough_readings(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    await money.twin.faults("500", path="/v1/refunds", method="POST")
    refund = (await ask(client, charge)).json()
    clock.advance(TEN_SECONDS)
    working = asyncio.create_task(money.work())
    await money.until_asked(4)  # the same key each time; then it is only read
    held = await ask(client, charge)
    assert held.json()["type"] == ProblemType.CHARGE_CHANGED.uri
    clock.advance(timedelta(minutes=3))
    async with asyncio.timeout(60):
        await working
    assert await money.state(refund["id"]) == "failed"
    assert await money.twin.journal("refund") == []
    assert await money.asked() == 4
    assert (await ask(client, charge)).status_code == 202


async def test_while_the_processor_is_away_it_waits_and_then_goes(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    await money.twin.kill()
    refund = (await ask(client, charge)).json()
    clock.advance(TEN_SECONDS)
    working = asyncio.create_task(money.work())
    await money.until(refund["id"], "submitted")
    await money.twin.start()
    async with asyncio.timeout(60):
        await working
    assert await money.state(refund["id"]) == "succeeded"
    assert len(await money.twin.journal("refund")) == 1
