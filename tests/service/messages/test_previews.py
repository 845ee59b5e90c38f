"""Hearing a message: a reason first, its entry before the first byte, for one minute and one session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
SOUND = bytes(range(256)) * 40
REASON = {"reason": "could_not_hear"}


async def a_sound(services: Services, *, privileged: bool = False, stored: bool = True) -> int:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        message = await builders.a_message(ctx, privileged=privileged)
        if stored:
            await builders.a_recording(ctx, message, playable_key="playable/one.m4a")
    await services.storage.put("playable/one.m4a", SOUND)
    return message


async def test_the_sound_is_served_whole_and_by_ranges(services: Services, sign_in: SignIn) -> None:
    message = await a_sound(services)
    client = await sign_in()
    preview = (await client.post(f"/v1/messages/{message}/previews", json=REASON)).json()
    whole = await client.get(preview["url"])
    assert whole.status_code == 200
    assert whole.content == SOUND
    assert whole.headers["cache-control"] == "no-store"
    assert whole.headers["content-type"] == "audio/mp4"
    for asked, expected in (
        ("bytes=0-9", SOUND[:10]),
        ("bytes=10000-", SOUND[10000:]),
        ("bytes=-5", SOUND[-5:]),
        ("bytes=5-999999", SOUND[5:]),
    ):
        part = await client.get(preview["url"], headers={"Range": asked})
        assert part.status_code == 206
        assert part.content == expected
    beyond = await client.get(preview["url"], headers={"Range": "bytes=20000-"})
    assert beyond.status_code == 416


async def test_the_entry_says_who_and_why(services: Services, sign_in: SignIn) -> None:
    message = await a_sound(services)
    client = await sign_in(login="ana")
    await client.post(f"/v1/messages/{message}/previews", json={"reason": "abuse_report"})
    async with services.database.begin() as connection:
        entry = (
            await connection.execute(
                select(audit_entries).where(audit_entries.c.action == Action.PREVIEW_OPENED)
            )
        ).one()
    assert (entry.actor, entry.subject) == ("ana", f"message:{message}")
    assert b'"reason":"abuse_report"' in entry.leaf


async def test_another_session_and_a_minute_later_hear_nothing(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    message = await a_sound(services)
    ana, ben = await sign_in(login="ana"), await sign_in(login="ben")
    preview = (await ana.post(f"/v1/messages/{message}/previews", json=REASON)).json()
    assert (await ben.get(preview["url"])).status_code == 404
    clock.advance(timedelta(seconds=60))
    late = await ana.get(preview["url"])
    assert late.status_code == 410
    assert late.json()["type"] == ProblemType.PREVIEW_EXPIRED.uri


@pytest.mark.parametrize("role", list(Role))
async def test_a_message_to_counsel_plays_for_no_role(
    services: Services, sign_in: SignIn, role: Role
) -> None:
    message = await a_sound(services, privileged=True)
    client = await sign_in(role)
    answer = await client.post(f"/v1/messages/{message}/previews", json=REASON)
    assert answer.status_code == 403


async def test_no_reason_or_no_sound_is_refused(services: Services, sign_in: SignIn) -> None:
    client = await sign_in()
    message = await a_sound(services, stored=False)
    answer = await client.post(f"/v1/messages/{message}/previews", json=REASON)
    assert answer.json()["type"] == ProblemType.MESSAGE_HAS_NO_SOUND.uri
    assert (await client.post(f"/v1/messages/{message}/previews", json={})).status_code == 422
