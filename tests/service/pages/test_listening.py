"""Listening: the sound by ranges for who has paid, and what is known of it afterwards."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from care_console.contract.roles import Role
from care_console.service.audit.tables import audit_entries
from care_console.service.playback.tables import plays, visits
from care_console.service.recordings.tables import recordings
from tests.service.conftest import SignIn
from tests.service.pages.conftest import SOUND, Shop

pytestmark = pytest.mark.asyncio


async def paid(shop: Shop) -> str:
    code = await shop.message()
    await shop.come_back(await shop.card((await shop.pay(code)).headers["location"]))
    return code


async def test_nothing_is_heard_unpaid(shop: Shop) -> None:
    code = await shop.message()
    for copy in ("", "louder", "mp3"):
        answer = await shop.browser.get(f"/m/{code}/sound", params={"copy": copy})
        assert (answer.status_code, answer.content) == (403, b"")
    assert (
        await shop.browser.post(f"/m/{code}/played", data={"play": str(uuid4()), "seconds": 9})
    ).status_code == 410
    assert await shop.rows(plays) == []


async def test_ranges_and_copies(shop: Shop) -> None:
    code = await paid(shop)
    whole = await shop.browser.get(f"/m/{code}/sound")
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, SOUND, "bytes")
    assert whole.headers["content-type"] == "audio/mp4"
    part = await shop.browser.get(f"/m/{code}/sound", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, SOUND[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(SOUND)}"
    beyond = await shop.browser.get(f"/m/{code}/sound", headers={"Range": "bytes=99999-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(SOUND)}")
    louder = await shop.browser.get(f"/m/{code}/sound", params={"copy": "louder"})
    assert louder.content == SOUND[::-1]
    assert (await shop.browser.get(f"/m/{code}/sound", params={"copy": "mp3"})).status_code == 404


@pytest.mark.parametrize(
    ("language", "is_given_up", "told"),
    [
        ("en", False, "A louder copy is being made."),
        ("en", True, "A louder copy of this message cannot be made."),
        ("es", False, "Se está preparando una copia más fuerte."),
        ("es", True, "No se puede hacer una copia más fuerte"),
    ],
)
async def test_a_louder_copy_that_is_not_there_is_told_of(
    shop: Shop, language: str, is_given_up: bool, told: str
) -> None:
    code = await paid(shop)
    async with shop.services.database.begin() as connection:
        given_up_at = shop.services.clock.now() if is_given_up else None
        waiting = {"louder_key": None, "copy_lufs": -16.0, "copies_given_up_at": given_up_at}
        await connection.execute(recordings.update().values(waiting))
    shown = (await shop.browser.get(f"/m/{code}", params={"lang": language})).text
    assert told in shown
    assert "copy=louder" not in shown


async def test_an_old_systems_sound_is_not_said_to_wait_for_one(shop: Shop) -> None:
    code = await paid(shop)
    async with shop.services.database.begin() as connection:
        await connection.execute(recordings.update().values(louder_key=None))
    shown = (await shop.browser.get(f"/m/{code}")).text
    assert "copy=louder" not in shown
    assert "louder copy is" not in shown


async def test_a_play_without_scripts_is_known_to_have_begun(shop: Shop) -> None:
    code = await paid(shop)
    for asked in ("bytes=0-1", "bytes=0-", "bytes=500-", "bytes=0-"):
        await shop.browser.get(f"/m/{code}/sound", headers={"Range": asked})
    assert [row.seconds_played for row in await shop.rows(plays)] == [0]
    assert len(await shop.rows(visits)) == 1
    async with shop.services.database.begin() as connection:
        query = select(audit_entries.c.actor).where(audit_entries.c.action == "play.started")
        assert list((await connection.execute(query)).scalars()) == ["recipient"]


async def test_seconds_heard_are_told_and_never_fall_or_pass_the_end(shop: Shop, sign_in: SignIn) -> None:
    code = await paid(shop)
    await shop.browser.get(f"/m/{code}/sound")
    first, second = str(uuid4()), str(uuid4())
    for play, seconds in ((first, 0), (first, 30), (first, 12), (second, 900)):
        answer = await shop.browser.post(f"/m/{code}/played", data={"play": play, "seconds": seconds})
        assert answer.status_code == 204
    assert [row.seconds_played for row in await shop.rows(plays)] == [30, 72]
    desk = await sign_in(Role.SPECIALIST)
    [play] = {row.message_id for row in await shop.rows(plays)}
    told = (await desk.get(f"/v1/messages/{play}")).json()
    assert told["diagnosis"]["verdict"] == "fine"
    for odd in ({"play": "x", "seconds": 1}, {"play": first, "seconds": -1}, {"play": first}):
        assert (await shop.browser.post(f"/m/{code}/played", data=odd)).status_code == 422


async def test_a_link_made_anew_is_heard_by_and_the_old_one_not(shop: Shop, sign_in: SignIn) -> None:
    code = await paid(shop)
    message = (await shop.rows(visits))[0].message_id
    desk = await sign_in(Role.SPECIALIST)
    made = (await desk.post(f"/v1/messages/{message}/links", json={"reason": "unheard"})).json()
    new = made["url"].rsplit("/", 1)[1]
    assert (await shop.browser.get(f"/m/{new}/sound")).content == SOUND
    assert (await shop.browser.get(f"/m/{code}/sound")).status_code == 403
    assert (await shop.browser.get(f"/m/{code}/receipt")).status_code == 410
