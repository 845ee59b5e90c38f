"""Pausing a facility or a number: with its entry; texts wait, and a new link is read aloud."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select, text

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.facilities.pauses import text_is_paused
from care_console.service.facilities.tables import pauses
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.recipients.who import asked_who
from care_console.service.texting.tables import texts
from tests.service.conftest import SignIn
from tests.service.texting.conftest import PHONE, Texting, settings, texting, twin
from tests.support import builders

__all__ = ["settings", "texting", "twin"]
pytestmark = pytest.mark.asyncio
REASON = "Somebody O'Nguyễn <b> floods this number"


async def pause(client: httpx.AsyncClient, **what: Any) -> str:
    answer = await client.post("/v1/pauses", json={"reason": REASON, **what})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_pause_is_begun_once_listed_and_ended_once(sign_in: SignIn, services: Services) -> None:
    client = await sign_in(Role.SUPERVISOR, "sue")
    async with services.database.begin() as connection:
        facility = str(await builders.a_facility(services.context(connection, SYSTEM, "test"), name="Unit 7"))
    number, place = await pause(client, phone=PHONE), await pause(client, facility_id=facility)
    for what in ({"phone": PHONE}, {"facility_id": facility}):
        answer = await client.post("/v1/pauses", json={"reason": REASON, **what})
        assert answer.status_code == 409
        assert answer.json()["type"] == ProblemType.ALREADY_PAUSED.uri
    listed = (await client.get("/v1/pauses")).json()["items"]
    assert {one["id"] for one in listed} == {number, place}
    assert [one["facility_name"] for one in listed if one["id"] == place] == ["Unit 7"]
    assert [
        one["id"] for one in (await client.get("/v1/pauses", params={"phone": PHONE})).json()["items"]
    ] == [number]
    first = (await client.delete(f"/v1/pauses/{number}")).json()
    assert (first["reason"], first["actor"], first["ended_by"]) == (REASON, "sue", "sue")
    assert (await client.delete(f"/v1/pauses/{number}")).json() == first
    assert (await client.get("/v1/pauses", params={"phone": PHONE})).json()["items"] == []
    assert await pause(client, phone=PHONE) != number
    async with services.database.begin() as connection:
        rows = await connection.execute(select(audit_entries.c.leaf).order_by(audit_entries.c.id))
        told = [read_entry(row.leaf) for row in rows]
    acts = [(one.action, one.subject) for one in told if one.action in (Action.PAUSED, Action.PAUSE_ENDED)]
    assert acts[:3] == [
        (Action.PAUSED, f"pause:{number}"),
        (Action.PAUSED, f"pause:{place}"),
        (Action.PAUSE_ENDED, f"pause:{number}"),
    ]
    assert all(one.actor == "sue" for one in told if one.action is Action.PAUSED)


@pytest.mark.parametrize(
    "what", [{}, {"phone": PHONE, "facility_id": "1"}, {"phone": "214"}, {"facility_id": "99"}]
)
async def test_what_cannot_be_paused(what: dict[str, str], sign_in: SignIn) -> None:
    client = await sign_in(Role.SUPERVISOR)
    answer = await client.post("/v1/pauses", json={"reason": REASON, **what})
    assert answer.status_code in (404, 422)
    assert (await client.get("/v1/pauses")).json()["items"] == []


async def test_two_who_pause_at_once_make_one(sign_in: SignIn) -> None:
    client = await sign_in(Role.SUPERVISOR)
    answers = await asyncio.gather(
        *(client.post("/v1/pauses", json={"reason": REASON, "phone": PHONE}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_texts_to_a_paused_number_wait_and_answers_go(
    texting: Texting, sign_in: SignIn, clock: SettableClock
) -> None:
    client = await sign_in(Role.SUPERVISOR)
    paused = await pause(client, phone=PHONE)
    waits = await texting.queue()
    answers = await texting.queue(kind="help", is_answer=True)
    await texting.send(waits)
    await texting.send(answers)
    assert (await texting.status(waits), await texting.status(answers)) == ("queued", "sent")
    await client.delete(f"/v1/pauses/{paused}")
    await texting.send(waits)
    assert await texting.status(waits) == "sent"
    assert len(await texting.handed()) == 2


async def test_texts_of_a_paused_facility_wait_until_they_are_too_late(
    texting: Texting, sign_in: SignIn, services: Services, clock: SettableClock
) -> None:
    client = await sign_in(Role.SUPERVISOR)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        facility = await builders.a_facility(ctx)
        message = await builders.a_message(ctx, sender_id=await builders.a_sender(ctx, facility_id=facility))
        other = await builders.a_message(ctx)
        late = ctx.now + timedelta(hours=1)
    await pause(client, facility_id=str(facility))
    waits = await texting.queue(message_id=message, not_after=late)
    goes = await texting.queue(message_id=other)
    await texting.send(waits)
    await texting.send(goes)
    assert (await texting.status(waits), await texting.status(goes)) == ("queued", "sent")
    clock.advance(timedelta(hours=1, seconds=1))
    await texting.send(waits)
    assert await texting.status(waits) == "cancelled"
    async with services.database.begin() as connection:
        told = await connection.execute(select(texts.c.failure).where(texts.c.id == waits))
        assert told.scalar_one() == "too late: a pause held it"
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        assert await text_is_paused(ctx, PHONE, message)
        assert not await text_is_paused(ctx, PHONE, other)


async def test_a_new_link_to_a_paused_number_goes_by_no_text(sign_in: SignIn, services: Services) -> None:
    client = await sign_in(Role.SUPERVISOR)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        message = await builders.a_message(ctx, recipient_id=await builders.a_recipient(ctx, phone=PHONE))
    await pause(client, phone=PHONE)
    answer = (await client.post(f"/v1/messages/{message}/links", json={"reason": "lost"})).json()
    assert answer["text"]["goes"] is False
    assert "paused" in answer["text"]["why_not"]
    assert answer["code"]


async def test_the_story_and_the_texts_tell_of_a_pause_to_whoever_answers_a_call(
    sign_in: SignIn, services: Services
) -> None:
    supervisor, specialist = await sign_in(Role.SUPERVISOR, "sue"), await sign_in(Role.SPECIALIST, "ana")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE)
        other = await builders.a_recipient(ctx, phone="+12145550143")

    async def told(whose: int) -> tuple[Any, Any]:
        story = (await specialist.get(f"/v1/recipients/{whose}")).json()
        texts = (await specialist.get(f"/v1/recipients/{whose}/texts")).json()
        return story["paused"], texts["paused"]

    assert await told(recipient) == (None, None)
    paused = await pause(supervisor, phone=PHONE)
    in_story, in_texts = await told(recipient)
    assert in_story == in_texts
    assert (in_story["id"], in_story["reason"], in_story["actor"]) == (paused, REASON, "sue")
    assert await told(other) == (None, None)
    await supervisor.delete(f"/v1/pauses/{paused}")
    assert await told(recipient) == (None, None)
    assert await pause(supervisor, phone=PHONE) != paused
    assert (await told(recipient))[0]["id"] != paused


async def test_a_pause_is_found_by_its_own_index_however_many_have_ended(services: Services) -> None:
    """The story is opened while somebody is on the line: what was paused once costs it nothing."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE)
        ended = {"reason": REASON, "since": ctx.now, "actor": "sue", "ended_at": ctx.now, "ended_by": "sue"}
        phones = [{"phone": f"+1214{number}", **ended} for number in range(2_000_000, 2_005_000)]
        await ctx.connection.execute(insert(pauses), phones)
        await ctx.connection.execute(text("ANALYZE pauses"))
        statement, asked = asked_who(ctx, recipient)
        plan = await ctx.connection.execute(text(f"EXPLAIN {statement.text}"), asked)
        lines = [row[0] for row in plan]
    assert any("uq_pauses_phone_now" in line for line in lines), "\n".join(lines)
    assert not any("Seq Scan on pauses" in line for line in lines), "\n".join(lines)
