"""The MP3 and the louder copy: made behind the message, once, and gone with its sound."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import update

from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.jobs import defer
from care_console.service.foundation.niceness import is_short_of_time
from care_console.service.foundation.services import Services
from care_console.service.gateways.storage.port import NotStored, StorageUnavailable
from care_console.service.recordings import more_copies
from care_console.service.recordings.more_copies import make_waiting_copies
from care_console.service.recordings.preparing import MP3
from care_console.service.recordings.rules import keys_beside
from care_console.service.recordings.tables import recordings
from care_console.service.recordings.workshop import BEHIND_ALL, BEHIND_PAGES
from care_console.service.worker import run_worker
from tests.service.recordings.recorder import Recorder
from tests.service.recordings.sounds import reference_lufs
from tests.support import builders

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the machine is doing."""
    monkeypatch.setattr(more_copies, "is_short_of_time", lambda _own: False)


async def _taken(recorder: Recorder, sound: bytes) -> int:
    return int((await recorder.send(sound)).json()["message_id"])


async def _row(recorder: Recorder) -> Any:
    [row] = await recorder.rows(recordings)
    return row


async def test_those_that_wait_get_theirs_the_oldest_first_and_one_that_fails_the_next_time(
    recorder: Recorder, services: Services, three_seconds: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(more_copies, "_WAITING", more_copies._WAITING.limit(2))
    sent = [int((await recorder.send(three_seconds)).json()["message_id"]) for _ in range(3)]
    rows = {row.message_id: row for row in await recorder.rows(recordings)}
    get, tried = services.storage.get, []

    async def lost(key: str) -> bytes:
        tried.append(key)
        if key == rows[sent[0]].source_key and tried.count(key) == 1:
            raise StorageUnavailable("The disk does not answer.")
        return await get(key)

    monkeypatch.setattr(services.storage, "get", lost)
    assert await make_waiting_copies(services, 60) == 2
    assert sorted(tried) == sorted(row.source_key for row in rows.values())
    assert tried[-1] == rows[sent[2]].source_key
    assert await make_waiting_copies(services, 60) == 1
    assert await make_waiting_copies(services, 60) == 0
    assert all(row.mp3_key and row.louder_key for row in await recorder.rows(recordings))


async def test_while_the_machine_is_short_of_time_it_is_one_at_a_time(
    recorder: Recorder, services: Services, three_seconds: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores, beside = os.cpu_count() or 1, services.sounds_behind.workers
    load = [cores + beside + 0.1]
    monkeypatch.setattr(more_copies, "is_short_of_time", is_short_of_time)
    monkeypatch.setattr(os, "getloadavg", lambda: (load[0], 0.0, 0.0))
    for _ in range(3):
        await recorder.send(three_seconds)
    assert await make_waiting_copies(services, 60) == 1
    load[0] = cores + beside
    assert await make_waiting_copies(services, 60) == 2


async def test_with_no_storage_it_does_not_go_through_all_of_them(
    recorder: Recorder, services: Services, three_seconds: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(more_copies, "_WAITING", more_copies._WAITING.limit(1))
    for _ in range(2):
        await recorder.send(three_seconds)
    tried = []

    async def none(key: str) -> bytes:
        tried.append(key)
        raise StorageUnavailable("The disk does not answer.")

    monkeypatch.setattr(services.storage, "get", none)
    assert await make_waiting_copies(services, 60) == 0
    assert len(tried) == 1


async def test_the_worker_makes_them_in_a_process_that_gives_way(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    await _taken(recorder, three_seconds)
    await recorder.refusal(b"no sound")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await defer(ctx, "recordings:make_waiting_copies", lock="recordings:copies", timestamp=0)
    await run_worker(services, until_empty=True)
    row = await _row(recorder)
    assert None not in (row.mp3_key, row.louder_key)
    workers = [one for one in psutil.Process().children() if one.cmdline()[-2].endswith("recordings.worker")]
    assert {one.nice() for one in workers} == {BEHIND_PAGES, BEHIND_ALL}
    weighed = {Path(f"/proc/{one.pid}/autogroup") for one in workers}
    if all(one.exists() for one in weighed):
        assert {int(one.read_text().split()[-1]) for one in weighed} == {BEHIND_PAGES, BEHIND_ALL}


async def test_they_are_made_once_and_are_as_loud_as_they_say(
    recorder: Recorder, services: Services, three_seconds: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await _taken(recorder, three_seconds)
    await recorder.more_copies(message)
    row = await _row(recorder)
    assert row.copies_given_up_at is None
    mp3, louder = [await services.storage.get(key) for key in (row.mp3_key, row.louder_key)]
    assert reference_lufs(mp3) == pytest.approx(-16.0, abs=1.0)
    assert reference_lufs(louder) > -13.5
    assert not any((services.settings.data_dir / "spool").iterdir())

    async def never(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(services.sounds_behind, "prepare", never)
    await recorder.more_copies(message)


async def test_killed_between_files_and_row_it_is_done_again(
    recorder: Recorder, services: Services, three_seconds: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await _taken(recorder, three_seconds)
    put = services.storage.put

    async def full(key: str, data: bytes) -> None:
        if key.startswith("louder/"):
            raise StorageUnavailable("The disk is full.")
        await put(key, data)

    monkeypatch.setattr(services.storage, "put", full)
    with pytest.raises(StorageUnavailable):
        await recorder.more_copies(message)
    assert (await _row(recorder)).mp3_key is None
    monkeypatch.undo()
    await recorder.more_copies(message)
    row = await _row(recorder)
    assert await services.storage.get(row.mp3_key)
    assert await services.storage.get(row.louder_key)


@pytest.mark.parametrize("spoiled", [b"no sound any more", None], ids=["spoiled", "lost"])
async def test_of_sound_that_cannot_be_read_again_it_says_so_and_it_is_not_tried_again(
    recorder: Recorder, services: Services, three_seconds: bytes, spoiled: bytes | None
) -> None:
    message = await _taken(recorder, three_seconds)
    row = await _row(recorder)
    assert row.copies_given_up_at is None
    if spoiled is None:
        await services.storage.delete(row.source_key)
    else:
        await services.storage.put(row.source_key, spoiled)
    await recorder.more_copies(message)
    row = await _row(recorder)
    assert (row.mp3_key, row.louder_key, row.copies_given_up_at) == (None, None, services.clock.now())
    await services.storage.put(row.source_key, three_seconds)
    await recorder.more_copies(message)
    assert (await _row(recorder)).mp3_key is None


async def test_one_that_cannot_be_made_is_given_up_beside_the_other(
    recorder: Recorder, services: Services, three_seconds: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await _taken(recorder, three_seconds)
    prepare = services.sounds_behind.prepare

    async def only_one(*asked: Any) -> Any:
        answer = await prepare(*asked)
        return answer | {"made": [MP3]}

    monkeypatch.setattr(services.sounds_behind, "prepare", only_one)
    await recorder.more_copies(message)
    row = await _row(recorder)
    assert await services.storage.get(row.mp3_key)
    assert (row.louder_key, row.copies_given_up_at) == (None, services.clock.now())


async def test_of_sound_that_is_deleted_meanwhile_nothing_stays(
    recorder: Recorder, services: Services, clock: SettableClock, three_seconds: bytes
) -> None:
    message = await _taken(recorder, three_seconds)
    keys = keys_beside((await _row(recorder)).source_key)
    prepare = services.sounds_behind.prepare

    async def slow(*asked: Any) -> Any:
        answer = await prepare(*asked)
        async with services.database.begin() as connection:
            await connection.execute(update(recordings).values(deleted_at=clock.now()))
        return answer

    services.sounds_behind.prepare = slow  # type: ignore[method-assign]
    try:
        await recorder.more_copies(message)
    finally:
        services.sounds_behind.prepare = prepare  # type: ignore[method-assign]
    for key in (keys.mp3, keys.louder):
        assert key is not None
        with pytest.raises(NotStored):
            await services.storage.size(key)
    await recorder.more_copies(message)  # and nothing is asked of sound that is gone
    assert (await _row(recorder)).mp3_key is None


async def test_of_what_was_imported_no_more_copies_are_made(recorder: Recorder, services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        message = await builders.a_message(ctx)
        await builders.a_recording(ctx, message)
    await recorder.more_copies(message)
    assert (await _row(recorder)).louder_key is None
