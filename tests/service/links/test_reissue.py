"""Reissuing a link: the old one dies in the same commit, and no text goes where none may."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from care_console.contract.consent import ConsentState
from care_console.service.consent.tables import consent_states
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.links.codes import as_typed, is_whole
from care_console.service.links.tables import links
from care_console.service.texting.tables import texts
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"


async def a_linked_message(services: Services) -> int:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE, language="es")
        message = await builders.a_message(ctx, recipient_id=recipient)
        await builders.a_link(ctx, message)
    return message


async def live_links(services: Services, message: int) -> list[str]:
    async with services.database.begin() as connection:
        rows = await connection.execute(
            select(links.c.code).where(links.c.message_id == message, links.c.revoked_at.is_(None))
        )
        return [row.code for row in rows]


async def queued(services: Services) -> list[tuple[str, datetime]]:
    async with services.database.begin() as connection:
        rows = await connection.execute(
            select(texts.c.body, texts.c.send_after).where(texts.c.status == "queued")
        )
        return [(row.body, row.send_after) for row in rows]


async def test_the_old_link_dies_and_a_text_goes(services: Services, sign_in: SignIn) -> None:
    message = await a_linked_message(services)
    client = await sign_in()
    answer = await client.post(f"/v1/messages/{message}/links", json={"reason": "lost"})
    assert answer.status_code == 201
    made = answer.json()
    code = as_typed(made["code"])
    assert is_whole(code)
    assert await live_links(services, message) == [code]
    assert made["url"].endswith(f"/m/{code}")
    assert made["text"]["goes"] is True
    [(body, _)] = await queued(services)
    assert made["url"] in body
    assert "ALTO" in body
    assert len(body) <= 160


@pytest.mark.parametrize("state", [ConsentState.OPTED_OUT, ConsentState.HELD])
async def test_no_text_goes_to_a_number_that_said_no(
    services: Services, sign_in: SignIn, state: ConsentState
) -> None:
    message = await a_linked_message(services)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await builders.a_consent_event(ctx, phone=PHONE)
        await connection.execute(consent_states.update().values(state=state.value))
    client = await sign_in()
    made = (await client.post(f"/v1/messages/{message}/links", json={"reason": "expired"})).json()
    assert made["text"]["goes"] is False
    assert made["text"]["why_not"]
    assert await queued(services) == []
    assert await live_links(services, message) == [as_typed(made["code"])]


async def test_at_night_the_text_waits_for_nine_where_the_recipient_is(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    message = await a_linked_message(services)
    clock.advance(timedelta(hours=9))  # 20:00 in Dallas
    client = await sign_in()
    made = (await client.post(f"/v1/messages/{message}/links", json={"reason": "lost"})).json()
    assert made["text"]["at"] == "2026-11-21T15:00:00Z"
    [(_, send_after)] = await queued(services)
    assert send_after == datetime(2026, 11, 21, 15, tzinfo=UTC)


async def test_the_text_that_waits_with_a_dead_link_does_not_go(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    message = await a_linked_message(services)
    clock.advance(timedelta(hours=9))  # at night, so that both would leave in the morning
    client = await sign_in()
    made = [
        (await client.post(f"/v1/messages/{message}/links", json={"reason": "lost"})).json() for _ in range(2)
    ]
    [(body, _)] = await queued(services)
    assert made[1]["url"] in body


async def test_two_people_at_once_leave_one_live_link(services: Services, sign_in: SignIn) -> None:
    message = await a_linked_message(services)
    ana, ben = await sign_in(login="ana"), await sign_in(login="ben")
    call = f"/v1/messages/{message}/links"
    answers = await asyncio.gather(*(who.post(call, json={"reason": "lost"}) for who in (ana, ben) * 3))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len(await live_links(services, message)) == 1


async def test_the_same_key_makes_one_link(services: Services, sign_in: SignIn) -> None:
    message = await a_linked_message(services)
    client = await sign_in()
    call = {"json": {"reason": "lost"}, "headers": {"Idempotency-Key": "a key"}}
    first, again = await asyncio.gather(
        client.post(f"/v1/messages/{message}/links", **call),  # type: ignore[arg-type]
        client.post(f"/v1/messages/{message}/links", **call),  # type: ignore[arg-type]
    )
    assert first.json() == again.json()
    assert len(await queued(services)) == 1


async def test_a_message_nobody_knows_is_not_found(sign_in: SignIn) -> None:
    client = await sign_in()
    for unknown in ("999", "abc", "9" * 30):
        answer = await client.post(f"/v1/messages/{unknown}/links", json={"reason": "lost"})
        assert answer.status_code == 404
