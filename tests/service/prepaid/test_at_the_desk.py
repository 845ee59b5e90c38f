"""The prepaid account at the desk: every kind of entry, what was held after it, and never the PIN."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.roles import Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.events import Event, EventHub
from care_console.service.foundation.services import Services
from care_console.service.prepaid.ledger import account_of_phone, give_back, spend
from care_console.service.prepaid.rules import deposit_to, open_account, take_back
from care_console.service.prepaid.tables import ledger_accounts
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"


async def a_full_account(ctx: Context, recipient: int) -> None:
    """$20 and $5 in, a message paid and given back, and the $5 taken back by the bank."""
    account = await open_account(ctx, PHONE, "8642", 2000)
    five = await deposit_to(ctx, account, 500)
    message = await builders.a_message(ctx, recipient_id=recipient)
    charge = await builders.a_charge(ctx, message, method="prepaid")
    await spend(ctx, account, 399, charge)
    refund = await builders.a_refund(ctx, charge)
    await give_back(ctx, PHONE, 399, refund)
    await take_back(ctx, five)


async def test_every_entry_is_told_with_what_was_held_after_it_and_never_the_pin(
    sign_in: SignIn, services: Services, ctx: Context
) -> None:
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    await a_full_account(ctx, recipient)
    await ctx.connection.commit()
    client, path = await sign_in(Role.SPECIALIST, "ana"), f"/v1/recipients/{recipient}/prepaid"
    answer = await client.get(path)
    told = [(one["kind"], one["amount_cents"], one["balance_cents"]) for one in answer.json()["items"]]
    assert told == [
        ("reversal", -500, 2000),
        ("refund", 399, 2500),
        ("spend", -399, 2101),
        ("deposit", 500, 2500),
        ("deposit", 2000, 2000),
    ]
    account = answer.json()["account"]
    assert (account["balance_cents"], account["has_pin"]) == (2000, True)
    items = answer.json()["items"]
    assert items[0]["reverses"] == items[3]["transaction_id"]
    assert items[1]["charge_id"] == items[2]["charge_id"]
    assert items[2]["sender_name"] == "John Doe"
    async with services.database.begin() as connection:
        hashed = (await connection.execute(select(ledger_accounts.c.pin_hash))).scalars().all()
        leaves = (
            await connection.execute(
                select(audit_entries.c.leaf).where(audit_entries.c.action == Action.PREPAID_READ)
            )
        ).scalars()
        read = [read_entry(leaf) for leaf in leaves]
    assert all(one not in answer.text for one in (*filter(None, hashed), "8642"))
    assert [(one.actor, one.subject, one.details) for one in read] == [
        ("ana", f"recipient:{recipient}", {"entries": 5})
    ]
    story = (await client.get(f"/v1/recipients/{recipient}")).json()
    assert story["prepaid_cents"] == 2000


async def test_of_a_deposit_that_was_spent_before_it_was_taken_back_it_tells_both(
    sign_in: SignIn, ctx: Context
) -> None:
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    account = await open_account(ctx, PHONE, "8642", 0)
    for cents in (500, 300):
        taken = await deposit_to(ctx, account, cents)
        message = await builders.a_message(ctx, recipient_id=recipient, price_cents=cents)
        await spend(ctx, account, cents, await builders.a_charge(ctx, message, method="prepaid"))
    await deposit_to(ctx, account, 100)
    await take_back(ctx, taken)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST, "ana")
    items = (await client.get(f"/v1/recipients/{recipient}/prepaid")).json()["items"]
    told = [(one["kind"], one["amount_cents"], one["balance_cents"]) for one in items[:3]]
    assert told == [("reversal", -300, 0), ("reversal", 200, 300), ("deposit", 100, 100)]
    assert [one["reverses"] for one in items[:2]] == [str(taken), str(taken)]


async def test_pages_go_on_with_the_right_balance(sign_in: SignIn, ctx: Context) -> None:
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    await a_full_account(ctx, recipient)
    await ctx.connection.commit()
    client, path = await sign_in(Role.SPECIALIST), f"/v1/recipients/{recipient}/prepaid"
    whole = (await client.get(path)).json()["items"]
    found, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=params)).json()
        found += page["items"]
        assert page["account"]["balance_cents"] == 2000
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole


async def test_no_account_and_one_that_a_refund_opened(sign_in: SignIn, ctx: Context) -> None:
    nobody = await builders.a_recipient(ctx, phone="+19725550199")
    someone = await builders.a_recipient(ctx, phone=PHONE)
    await account_of_phone(ctx, PHONE)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST)
    none = (await client.get(f"/v1/recipients/{nobody}/prepaid")).json()
    assert (none["account"], none["items"]) == (None, [])
    assert (await client.get(f"/v1/recipients/{nobody}")).json()["prepaid_cents"] is None
    opened = (await client.get(f"/v1/recipients/{someone}/prepaid")).json()["account"]
    assert (opened["balance_cents"], opened["has_pin"]) == (0, False)
    assert (await client.get(f"/v1/recipients/{someone}")).json()["prepaid_cents"] == 0


async def test_a_deposit_is_told_to_the_desks_that_have_the_number_open(
    services: Services, database_url: str
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE)
        account = await open_account(ctx, PHONE, "8642", 0)
    hub = EventHub(database_url)
    listening = asyncio.create_task(hub.run())
    try:
        async with asyncio.timeout(20), hub.subscribe() as desk:
            heard: Event | None = None
            while heard is None:  # what is told before the hub listens, nobody hears
                async with services.database.begin() as connection:
                    await deposit_to(services.context(connection, SYSTEM, "test"), account, 1)
                with contextlib.suppress(TimeoutError):
                    heard = await asyncio.wait_for(desk.get(), 0.2)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert (heard.kind, heard.change.recipient_id) == (ChangeKind.RECIPIENT, str(recipient))
