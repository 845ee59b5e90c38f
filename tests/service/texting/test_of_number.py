"""The texts of a number at the desk: raw words, how they were read, what became of each; and its reach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from care_console.contract.audit import Action
from care_console.contract.roles import Role
from care_console.evidence.entries import Entry, read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from care_console.service.texting.tables import undeliverable_numbers
from tests.service.conftest import SignIn
from tests.service.texting.conftest import PHONE, Texting, settings, texting, twin
from tests.support import builders

__all__ = ["settings", "texting", "twin"]
pytestmark = pytest.mark.asyncio


async def entries(services: Services, action: Action) -> list[Entry]:
    """What was written down of one kind."""
    async with services.database.begin() as connection:
        query = select(audit_entries.c.leaf).where(audit_entries.c.action == action)
        return [read_entry(row.leaf) for row in await connection.execute(query)]


async def a_recipient(services: Services, **values: Any) -> int:
    async with services.database.begin() as connection:
        return await builders.a_recipient(services.context(connection, SYSTEM, "test"), phone=PHONE, **values)


async def mark(ctx: Context, failures: int = 3, days_ago: float = 1) -> None:
    """Mark the number: so many texts failed to reach it."""
    at = ctx.now - timedelta(days=days_ago)
    values = {"phone": PHONE, "failures": failures, "answer": "absent <b>", "at": at}
    await ctx.connection.execute(insert(undeliverable_numbers).values(values))


async def test_what_they_wrote_stands_there_word_for_word_with_the_rule_that_read_it(
    sign_in: SignIn, services: Services, texting: Texting
) -> None:
    recipient = await a_recipient(services)
    await texting.hear("ya NO me manden <b>mensajes</b>", id="k1")
    await texting.hear("ALTO!! por favor", id="k2")
    await texting.work()
    client = await sign_in(Role.SPECIALIST, "ana")
    page = (await client.get(f"/v1/recipients/{recipient}/texts")).json()
    assert page["phone"] == PHONE
    assert page["out_of_reach"] is None
    told = {(one["direction"], one["body"] if one["direction"] == "in" else one["kind"]): one
            for one in page["items"]}  # fmt: skip
    held, stopped = told["in", "ya NO me manden <b>mensajes</b>"], told["in", "ALTO!! por favor"]
    assert (held["reading"]["outcome"], stopped["reading"]["outcome"]) == ("hold", "stop")
    assert stopped["reading"]["rule"]
    assert stopped["reading"]["rule_set"]
    confirmed = told["out", "stop_confirmation"]
    assert confirmed["state"] == "handed_over"
    assert confirmed["reading"] is None
    [read] = await entries(services, Action.TEXTS_READ)
    assert (read.actor, read.subject, read.details) == ("ana", f"recipient:{recipient}", {"texts": 3})


async def test_each_text_says_what_became_of_it(sign_in: SignIn, services: Services, ctx: Context) -> None:
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    stop = await builders.a_consent_event(ctx, PHONE)
    given: dict[str, dict[str, Any]] = {
        "queued": {"status": "queued", "send_after": ctx.now, "not_after": ctx.now + timedelta(days=1)},
        "withheld": {"status": "withheld"},
        "in_doubt": {"status": "sending", "handed_at": ctx.now},
        "handed_over": {"status": "sent"},
        "delivered": {"status": "delivered"},
        "undelivered": {"status": "undelivered", "failure": "absent subscriber"},
        "failed": {"status": "failed", "failure": "no such number"},
        "expired": {"status": "cancelled", "failure": "too late"},
        "cancelled": {"status": "cancelled", "failure": "its link has ended"},
    }
    for values in given.values():
        await builders.a_text(ctx, phone=PHONE, **values)
    why = (
        {"cancelled_by": stop},
        {"failure": "the number is opted_out"},
        {"failure": "too late: a pause held it"},
    )
    for values in why:
        await builders.a_text(ctx, phone=PHONE, status="cancelled", **values)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST)
    items = (await client.get(f"/v1/recipients/{recipient}/texts")).json()["items"]
    assert [one["state"] for one in reversed(items)] == [*given, "suppressed", "suppressed", "expired"]
    assert {one["state"]: one["why"] for one in items}["undelivered"] == "absent subscriber"
    assert [one["state"] for one in items if one["goes_at"]] == ["queued"]


async def test_pages_give_every_text_once_and_no_other_numbers(
    sign_in: SignIn, services: Services, ctx: Context
) -> None:
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    message = await builders.a_message(ctx, recipient_id=recipient)
    own = [await builders.a_text(ctx, phone=PHONE, at=ctx.now) for _ in range(5)]  # of one moment
    own.append(await builders.a_text(ctx, message))
    await builders.a_text(ctx, phone="+19725550199")
    await ctx.connection.commit()
    client, path = await sign_in(Role.SPECIALIST), f"/v1/recipients/{recipient}/texts"
    seen, cursor, names = [], "", []
    for _ in range(4):
        answer = await client.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += [int(one["id"]) for one in answer.json()["items"]]
        names += [one["sender_name"] for one in answer.json()["items"]]
        if not (cursor := answer.json()["next_cursor"]):
            break
    assert sorted(seen) == sorted(own)
    assert names[-1] == "John Doe"
    assert (await client.get(path, params={"cursor": "nonsense"})).status_code == 422
    assert (await client.get("/v1/recipients/999999/texts")).status_code == 404


async def test_a_number_out_of_reach_is_told_of_and_cleared_once_by_who_heard_that_it_works(
    sign_in: SignIn, services: Services, ctx: Context
) -> None:
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    await mark(ctx)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST, "ana")
    for place in ("", "/texts"):
        told = (await client.get(f"/v1/recipients/{recipient}{place}")).json()["out_of_reach"]
        assert (told["failures"], told["answer"]) == (3, "absent <b>")
    cleared = [(await client.post(f"/v1/recipients/{recipient}/reach")).json() for _ in range(2)]
    assert [one["was_marked"] for one in cleared] == [True, False]
    assert (await client.get(f"/v1/recipients/{recipient}")).json()["out_of_reach"] is None
    [entry] = await entries(services, Action.REACH_CLEARED)
    assert entry.actor == "ana"
    assert entry.details == {"phone": PHONE, "failures": 3, "answer": "absent <b>"}


@pytest.mark.parametrize(("failures", "days_ago"), [(1, 1), (3, 40)])
async def test_one_failure_or_an_old_mark_is_no_mark(
    sign_in: SignIn, ctx: Context, services: Services, failures: int, days_ago: float
) -> None:
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    await mark(ctx, failures, days_ago)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST)
    for place in ("", "/texts"):
        assert (await client.get(f"/v1/recipients/{recipient}{place}")).json()["out_of_reach"] is None
    assert (await client.post(f"/v1/recipients/{recipient}/reach")).json()["was_marked"] is False
    assert await entries(services, Action.REACH_CLEARED) == []
