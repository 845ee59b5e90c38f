"""Paying: one charge or none, whatever is tapped twice, closed, come back to, late, or done at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from care_console.service.foundation.clock import SettableClock
from care_console.service.links.tables import links
from care_console.service.payments import tasks
from care_console.service.payments.tables import charges, checkouts
from care_console.service.prepaid.ledger import balance_cents
from care_console.service.refunds.tables import refunds
from tests.service.pages.conftest import DECLINED, VISA, Shop
from tests.service.refunds.conftest import Money

pytestmark = pytest.mark.asyncio
CARD, PREPAID = ("card", 399, "succeeded"), ("prepaid", 399, "succeeded")


async def balance(shop: Shop, account: int) -> int:
    async with shop.services.database.begin() as connection:
        from care_console.service.foundation.context import SYSTEM

        return await balance_cents(shop.services.context(connection, SYSTEM, "test"), account)


async def test_a_card_pays_once_and_the_page_then_plays(shop: Shop) -> None:
    code = await shop.message()
    go = await shop.pay(code)
    assert go.status_code == 303
    paid = await shop.card(go.headers["location"])
    shown = await shop.come_back(paid)
    assert (shown.status_code, "/sound" in shown.text, "Paid." in shown.text) == (200, True, True)
    again = await shop.pay(code)
    assert again.headers["location"] == f"/m/{code}"
    assert await shop.paid() == [CARD]
    [row] = await shop.rows(charges)
    assert (row.brand, row.last4, row.processor_ref[:3]) == ("visa", "4242", "pi_")
    receipt = (await shop.browser.get(f"/m/{code}/receipt")).text
    assert "Visa ending 4242" in receipt
    assert "SERVICE" in receipt


async def test_taps_and_tabs_share_one_page(shop: Shop) -> None:
    code = await shop.message()
    gone = await asyncio.gather(*(shop.pay(code) for _ in range(5)))
    assert {answer.status_code for answer in gone} == {303}
    assert len({answer.headers["location"] for answer in gone}) == 1
    assert len(await shop.twin.journal("checkout")) == 1
    # Back, and once more: the same page still.
    assert (await shop.pay(code)).headers["location"] == gone[0].headers["location"]
    await asyncio.gather(*(shop.card(answer.headers["location"]) for answer in gone))
    await shop.come_back(await shop.card(gone[0].headers["location"]))
    assert await shop.paid() == [CARD]


async def test_a_declined_card_takes_nothing_and_is_seen_at_the_desk(shop: Shop) -> None:
    code = await shop.message()
    url = (await shop.pay(code)).headers["location"]
    assert "declined" in (await shop.card(url, DECLINED)).text
    [checkout] = await shop.rows(checkouts)
    await Money(shop.services, shop.twin).run(tasks.read_checkout, checkout_id=str(checkout.id))
    await Money(shop.services, shop.twin).run(tasks.read_checkout, checkout_id=str(checkout.id))
    assert await shop.paid() == [("card", 399, "failed")]
    assert "is not finished" in (await shop.browser.get(f"/m/{code}")).text
    await shop.come_back(await shop.card(url, VISA))
    assert await shop.paid() == [("card", 399, "failed"), CARD]


async def test_a_tab_closed_after_paying_is_found_without_webhook_or_return(
    shop: Shop, clock: SettableClock
) -> None:
    code = await shop.message()
    await shop.card((await shop.pay(code)).headers["location"])
    assert await shop.paid() == []
    clock.advance(timedelta(minutes=3))
    await Money(shop.services, shop.twin).run(tasks.sweep, timestamp=0)
    await shop.work()
    assert await shop.paid() == [CARD]
    assert "/sound" in (await shop.browser.get(f"/m/{code}")).text


async def test_a_reply_that_is_lost_leads_to_the_same_page(shop: Shop) -> None:
    code = await shop.message()
    await shop.twin.faults("drop_reply")
    assert (await shop.pay(code)).status_code == 303
    assert len(await shop.twin.journal("checkout")) == 1
    await shop.twin.faults("503", count=20)
    other = await shop.message()
    answer = await shop.pay(other)
    assert (answer.status_code, "Nothing was paid" in answer.text) == (503, True)


async def test_prepaid_pays_once_from_two_tabs_and_across_two_messages(shop: Shop) -> None:
    first = await shop.message()
    [link] = await shop.rows(links)
    second = await shop.message(recipient_id=link.recipient_id)
    phone = await phone_of(shop, link.recipient_id)
    account = await shop.account(phone, cents=500)
    answers = await asyncio.gather(
        *(shop.pay(code, "prepaid", pin="2468") for code in (first, first, second, second))
    )
    assert await shop.paid() == [PREPAID]
    assert sorted(answer.status_code for answer in answers) == [303, 303, 422, 422]
    assert await balance(shop, account) == 101


async def phone_of(shop: Shop, recipient_id: int) -> str:
    from care_console.service.recipients.tables import recipients

    return next(row.phone for row in await shop.rows(recipients) if row.id == recipient_id)


async def test_the_balance_is_shown_to_who_knows_the_pin_and_tries_are_few(
    shop: Shop, clock: SettableClock
) -> None:
    code = await shop.message()
    await shop.account("+12145550999")
    fields = {"phone": "(214) 555-0999", "pin": "2468"}
    shown = await shop.browser.post(f"/m/{code}/balance", data=fields)
    assert "Your account holds $10.00." in shown.text
    assert "2468" not in shown.text
    unknown = await shop.pay(code, "prepaid", phone="(214) 555-0998", pin="2468")
    wrong = await asyncio.gather(
        *(shop.pay(code, "prepaid", phone="2145550999", pin=f"000{n}") for n in range(6))
    )
    assert unknown.text.count("do not belong together") == 1
    assert sorted(answer.status_code for answer in wrong) == [422] * 5 + [429]
    assert (await shop.pay(code, "prepaid", **fields)).status_code == 429
    clock.advance(timedelta(minutes=16))
    assert (await shop.pay(code, "prepaid", **fields)).status_code == 303
    assert await shop.paid() == [PREPAID]


async def test_prepaid_closes_the_cards_page_first(shop: Shop) -> None:
    code = await shop.message()
    url = (await shop.pay(code)).headers["location"]
    await shop.account("+12145550999")
    assert (await shop.pay(code, "prepaid", phone="2145550999", pin="2468")).status_code == 303
    assert "timed out" in (await shop.card(url)).text
    assert await shop.paid() == [PREPAID]


async def test_prepaid_takes_nothing_where_the_card_was_quicker(shop: Shop) -> None:
    code = await shop.message()
    await shop.card((await shop.pay(code)).headers["location"])
    account = await shop.account("+12145550999")
    assert (await shop.pay(code, "prepaid", phone="2145550999", pin="2468")).status_code == 303
    assert await shop.paid() == [CARD]
    assert await balance(shop, account) == 1000


async def test_prepaid_waits_while_nobody_knows_of_the_card(shop: Shop) -> None:
    code = await shop.message()
    await shop.pay(code)
    await shop.account("+12145550999")
    await shop.twin.faults("500", count=9)
    answer = await shop.pay(code, "prepaid", phone="2145550999", pin="2468")
    assert (answer.status_code, await shop.paid()) == (409, [])


async def test_both_at_once_is_one_charge(shop: Shop) -> None:
    code = await shop.message()
    account = await shop.account("+12145550999")
    url = (await shop.pay(code)).headers["location"]
    await asyncio.gather(
        shop.card(url), shop.pay(code, "prepaid", phone="2145550999", pin="2468"), shop.pay(code)
    )
    [checkout] = [row for row in await shop.rows(checkouts) if row.processor_id][:1]
    await Money(shop.services, shop.twin).run(tasks.read_checkout, checkout_id=str(checkout.id))
    paid = await shop.paid()
    assert len([one for one in paid if one[2] == "succeeded"]) == 1
    assert await balance(shop, account) == (1000 if paid == [CARD] else 601)


async def test_a_charge_on_top_of_another_goes_back_by_itself(shop: Shop, clock: SettableClock) -> None:
    """It cannot come about by the page; it can by a person at the processor, or a fault of ours."""
    code = await shop.message()
    url = (await shop.pay(code)).headers["location"]
    async with shop.services.database.begin() as connection:
        await connection.execute(update(checkouts).values(state="expired"))
    await shop.account("+12145550999")
    await shop.pay(code, "prepaid", phone="2145550999", pin="2468")
    await shop.card(url)
    [checkout] = await shop.rows(checkouts)
    for _ in range(2):
        await Money(shop.services, shop.twin).run(tasks.read_checkout, checkout_id=str(checkout.id))
    assert sorted(await shop.paid()) == [CARD, PREPAID]
    clock.advance(timedelta(seconds=11))
    await shop.work()
    [refund] = await shop.rows(refunds)
    assert (refund.state, refund.reason, refund.amount_cents, refund.requested_by) == (
        *("succeeded", "duplicate"),
        *(399, "system"),
    )
    assert [line["amount_cents"] for line in await shop.twin.journal("refund")] == [399]


async def test_who_paid_as_the_link_ended_can_still_listen(shop: Shop, clock: SettableClock) -> None:
    code = await shop.message(link={"expires_at": clock.now() + timedelta(minutes=5)})
    url = (await shop.pay(code)).headers["location"]
    clock.advance(timedelta(minutes=10))
    assert (await shop.browser.get(f"/m/{code}")).status_code == 410
    await shop.come_back(await shop.card(url))
    assert "/sound" in (await shop.browser.get(f"/m/{code}")).text
    clock.advance(timedelta(hours=24))
    answer = await shop.browser.get(f"/m/{code}")
    assert (answer.status_code, "not played before the end" in answer.text) == (410, True)
