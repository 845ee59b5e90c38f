"""A dispute that a webhook speaks of: read, kept once, shown, and no refund on top of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from care_console.contract.problems import ProblemType
from care_console.service.payments.tables import charges, disputes
from tests.service.conftest import SignIn
from tests.service.refunds.conftest import Money, ask
from tests.service.refunds.test_webhooks import an_event, deliver

pytestmark = pytest.mark.asyncio


async def opened(money: Money, charge: int) -> dict[str, Any]:
    """The bank of whoever paid opens a dispute at the processor's twin."""
    async with money.services.database.begin() as connection:
        query = select(charges.c.processor_ref).where(charges.c.id == charge)
        intent = (await connection.execute(query)).scalar_one()
    await money.twin.tell("/disputes", payment_intent=intent)
    return (await money.twin.journal("dispute"))[0]


async def told_of(money: Money, client: httpx.AsyncClient, dispute_id: str, status: str) -> None:
    """The webhook comes, and what it speaks of is read."""
    made = {"id": dispute_id, "amount_cents": 399, "payment_intent": "", "refund_id": ""}
    assert await deliver(client, an_event(made, status, object="dispute")) == 204
    await money.work()


async def kept(money: Money) -> list[tuple[int, str, int]]:
    """The disputes on file: of which charge, where each stands, how much."""
    async with money.services.database.begin() as connection:
        query = select(disputes.c.charge_id, disputes.c.status, disputes.c.amount_cents)
        return [tuple(row) for row in await connection.execute(query)]


async def test_it_is_read_and_kept_once_and_bars_a_refund_until_it_is_won(
    money: Money, sign_in: SignIn
) -> None:
    client, charge = await sign_in(), await money.charge()
    made = await opened(money, charge)
    await told_of(money, client, made["id"], "won")  # a webhook is not believed: reading says that it is open
    await told_of(money, client, made["id"], "needs_response")
    assert await kept(money) == [(charge, "needs_response", 399)]
    refused = await ask(client, charge)
    assert refused.json()["type"] == ProblemType.CHARGE_DISPUTED.uri
    await money.twin.tell(f"/disputes/{made['id']}/close", status="won")
    await told_of(money, client, made["id"], "won")
    assert await kept(money) == [(charge, "won", 399)]
    assert (await ask(client, charge)).status_code == 202


async def test_one_that_is_lost_leaves_nothing_to_refund(money: Money, sign_in: SignIn) -> None:
    client, charge = await sign_in(), await money.charge()
    made = await opened(money, charge)
    await money.twin.tell(f"/disputes/{made['id']}/close", status="lost")
    await told_of(money, client, made["id"], "lost")
    assert (await ask(client, charge)).json()["type"] == ProblemType.CHARGE_DISPUTED.uri


async def test_one_of_a_payment_that_is_not_ours_is_put_aside(money: Money, sign_in: SignIn) -> None:
    client = await sign_in()
    elsewhere = await money.twin.paid(500)
    await money.twin.tell("/disputes", payment_intent=elsewhere)
    [made] = await money.twin.journal("dispute")
    await told_of(money, client, made["id"], "needs_response")
    assert await kept(money) == []
