"""Hearing a message: a reason first, its entry before the first byte, for one minute and one session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.recordings.tables import recordings
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


async def a_louder_sound(
    services: Services, *, is_sent: bool, louder_key: str | None = None, is_given_up: bool = False
) -> int:
    """A message with the usual copy; `is_sent`: a facility's recorder sent it, so it gets a louder one."""
    message = await a_sound(services)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await ctx.connection.execute(
            recordings.update()
            .where(recordings.c.message_id == message)
            .values(
                louder_key=louder_key,
                copy_lufs=-16.0 if is_sent else None,
                copies_given_up_at=ctx.now if is_given_up else None,
            )
        )
    await services.storage.put("louder/one.m4a", SOUND[::-1])
    return message


async def test_the_louder_copy_is_heard_by_the_same_rules(services: Services, sign_in: SignIn) -> None:
    message = await a_louder_sound(services, is_sent=True, louder_key="louder/one.m4a")
    client = await sign_in(login="ana")
    assert (await client.get(f"/v1/messages/{message}")).json()["louder"] == "ready"
    path = f"/v1/messages/{message}/previews"
    louder = (await client.post(path, json=REASON | {"louder": True})).json()
    usual = (await client.post(path, json=REASON)).json()
    assert (await client.get(louder["url"])).content == SOUND[::-1]
    assert (await client.get(usual["url"])).content == SOUND
    async with services.database.begin() as connection:
        query = (
            select(audit_entries.c.leaf)
            .where(audit_entries.c.action == Action.PREVIEW_OPENED)
            .order_by(audit_entries.c.id)
        )
        told = [read_entry(row.leaf).details for row in await connection.execute(query)]
    assert [(one["copy"], one["reason"]) for one in told] == [
        ("louder", "could_not_hear"),
        ("usual", "could_not_hear"),
    ]
    assert (await client.post(path, json={"louder": True})).status_code == 422, "no reason, no sound"


@pytest.mark.parametrize(
    ("is_sent", "is_given_up", "stands", "sentence"),
    [
        (True, False, "being_made", "is being made"),
        (True, True, "cannot_be_made", "No louder copy of this recording can be made"),
        (False, False, "none", "There is no louder copy"),
    ],
)
async def test_where_it_is_not_there_it_says_why_and_nothing_is_heard(
    services: Services, sign_in: SignIn, is_sent: bool, is_given_up: bool, stands: str, sentence: str
) -> None:
    message = await a_louder_sound(services, is_sent=is_sent, is_given_up=is_given_up)
    client = await sign_in()
    assert (await client.get(f"/v1/messages/{message}")).json()["louder"] == stands
    answer = await client.post(f"/v1/messages/{message}/previews", json=REASON | {"louder": True})
    assert (answer.status_code, answer.json()["type"]) == (409, ProblemType.NO_LOUDER_COPY.uri)
    assert sentence in answer.json()["detail"]
    async with services.database.begin() as connection:
        query = select(audit_entries.c.id).where(audit_entries.c.action == Action.PREVIEW_OPENED)
        assert (await connection.execute(query)).first() is None
