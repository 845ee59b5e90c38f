"""Sound is kept a grace after the last link's end, unless it is held; what no message came of goes."""

from __future__ import annotations

import os
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text

from care_console.contract.roles import Role
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.services import Services
from care_console.service.gateways.storage.port import NotStored
from care_console.service.messages.tables import messages
from care_console.service.recordings import receiving, tasks
from care_console.service.recordings.keeping import hold_sound, release_sound
from care_console.service.recordings.rules import keys_of_upload
from care_console.service.recordings.tables import recordings, sound_uploads
from tests.service.conftest import SignIn
from tests.service.recordings.recorder import Recorder
from tests.support import builders

pytestmark = pytest.mark.asyncio


async def run(services: Services, task: Any = tasks.delete_old) -> None:
    await task(SimpleNamespace(additional_context={"services": services}), timestamp=0)


async def is_there(services: Services, key: str) -> bool:
    try:
        await services.storage.size(key)
    except NotStored:
        return False
    return True


async def taken(recorder: Recorder, sound: bytes) -> tuple[int, list[str]]:
    """A message that came in; its id and its sound's keys."""
    told = (await recorder.send(sound)).json()
    await recorder.more_copies(int(told["message_id"]))
    rows = await recorder.rows(recordings)
    [row] = [one for one in rows if one.message_id == int(told["message_id"])]
    return row.message_id, [row.source_key, row.playable_key, row.mp3_key, row.louder_key]


async def test_sound_goes_a_grace_after_the_end_and_its_facts_stay(
    recorder: Recorder, services: Services, clock: SettableClock, sign_in: SignIn, three_seconds: bytes
) -> None:
    message, keys = await taken(recorder, three_seconds)
    clock.advance(timedelta(days=30 + 90) - timedelta(minutes=1))
    await run(services)
    assert [await is_there(services, key) for key in keys] == [True] * 4
    clock.advance(timedelta(minutes=2))
    await run(services)
    await run(services)
    assert [await is_there(services, key) for key in keys] == [False] * 4
    [row] = await recorder.rows(recordings)
    assert (row.deleted_at, row.codec) == (clock.now(), "pcm_mulaw")
    client = await sign_in(Role.SPECIALIST)
    told = (await client.get(f"/v1/messages/{message}")).json()
    assert (told["has_sound"], told["levels"]["codec"]) == (False, "pcm_mulaw")
    answer = await client.post(f"/v1/messages/{message}/previews", json={"reason": "quality"})
    assert answer.status_code == 409
    answer = await client.post(f"/v1/messages/{message}/links", json={"reason": "expired"})
    assert answer.json()["type"].endswith("link-not-reissuable")


async def test_what_is_held_stays_until_it_is_released(
    recorder: Recorder, services: Services, clock: SettableClock, three_seconds: bytes
) -> None:
    message, keys = await taken(recorder, three_seconds)
    disputed, others = await taken(recorder, three_seconds)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await hold_sound(ctx, message, "a court's order")
        dispute = await builders.a_dispute(ctx, await builders.a_charge(ctx, disputed))
        with pytest.raises(Problem, match="held already"):
            await hold_sound(ctx, message, "twice")
    clock.advance(timedelta(days=200))
    await run(services)
    assert await is_there(services, keys[0])
    assert await is_there(services, others[0])
    async with services.database.begin() as connection:
        assert await release_sound(services.context(connection, SYSTEM, "test"), message)
        await connection.execute(text("UPDATE disputes SET status = 'won' WHERE id = :id"), {"id": dispute})
    await run(services)
    assert not await is_there(services, keys[0])
    assert not await is_there(services, others[0])


async def test_a_new_link_keeps_the_sound(
    recorder: Recorder, services: Services, clock: SettableClock, three_seconds: bytes
) -> None:
    message, keys = await taken(recorder, three_seconds)
    clock.advance(timedelta(days=100))
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await builders.a_link(ctx, message, issued_at=ctx.now)
    clock.advance(timedelta(days=60))
    await run(services)
    assert await is_there(services, keys[1])


async def test_imported_messages_share_a_file_until_the_last_of_them_goes(
    services: Services, clock: SettableClock
) -> None:
    await services.storage.put("playable/shared.m4a", b"sound")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        made = [await builders.a_message(ctx) for _ in range(2)]
        for message in made:
            await builders.a_recording(ctx, message, playable_key="playable/shared.m4a")
        held = await hold_sound(ctx, made[1], "complaint")
        assert held
    clock.advance(timedelta(days=100))
    await run(services)
    assert await is_there(services, "playable/shared.m4a")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        gone = await connection.execute(select(func.count()).where(recordings.c.deleted_at.is_not(None)))
        assert gone.scalar_one() == 1
        await release_sound(ctx, made[1])
    await run(services)
    assert not await is_there(services, "playable/shared.m4a")


async def test_what_no_message_came_of_is_cleared_after_an_hour(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    _, keys = await taken(recorder, three_seconds)
    old, young = uuid4(), uuid4()
    async with services.database.begin() as connection:
        for upload, minutes in ((old, 61), (young, 59)):
            for key in keys_of_upload(upload).all[:2]:  # killed half-way
                await services.storage.put(key, b"sound")
            at = func.now() - timedelta(minutes=minutes)
            await connection.execute(insert(sound_uploads).values(id=upload, at=at))
    spool = services.settings.data_dir / "spool"
    for name, age in (("care-sound-old", 7200), ("care-sound-new", 0)):
        (spool / name).mkdir()
        when = (spool / name).stat().st_mtime - age
        os.utime(spool / name, (when, when))
    await run(services, tasks.clear_orphans)
    assert not await is_there(services, keys_of_upload(old).source)
    assert await is_there(services, keys_of_upload(young).source)
    assert await is_there(services, keys[0])
    assert [row.id for row in await recorder.rows(sound_uploads)] == [young]
    assert [one.name for one in spool.iterdir()] == ["care-sound-new"]


async def test_one_whose_sound_was_cleared_meanwhile_is_not_taken(
    recorder: Recorder, services: Services, three_seconds: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = receiving.keep

    async def slow(storage: Any, prepared: Any) -> Any:
        facts = await keep(storage, prepared)
        async with services.database.begin() as connection:
            await connection.execute(sound_uploads.delete())
        return facts

    monkeypatch.setattr(receiving, "keep", slow)
    answer = await recorder.send(three_seconds)
    assert (answer.status_code, await recorder.count(messages)) == (503, 0)
    assert answer.headers["retry-after"] == "5"
