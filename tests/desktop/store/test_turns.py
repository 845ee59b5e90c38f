"""Desks on one file at once: whoever opens, writes, closes or dies, a sound file is never set aside."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from care_console.desktop.store.opening import FILE, new_key, open_file
from care_console.desktop.store.store import open_store
from care_console.desktop.store.turns import AT_WORK, TURN, Occupied, Turns
from tests.campaigns.stop_desk import FileKeychain
from tests.campaigns.store import FixedKeychain

pytestmark = pytest.mark.asyncio
_SLOTS, _LIVES = 6, 8


async def _hammered(folder: Path, keychain: Path, seed: int) -> list[dict[str, Any]]:
    words = [folder, keychain, seed, _SLOTS, _LIVES]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.many_desks", *map(str, words)), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 240)
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_many_desks_open_write_close_and_die_and_nothing_is_set_aside(
    seed: int, tmp_path: Path
) -> None:
    folder, keychain = tmp_path / "desk", tmp_path / "keychain"
    lives = await _hammered(folder, keychain, seed)
    assert len(lives) == _SLOTS * _LIVES
    assert {(life["notice"], life["failure"]) for life in lives} == {(None, None)}
    assert _set_aside(folder) == []
    store = await open_store(folder, FileKeychain(keychain))
    there = {draft.subject_id for draft in await store.drafts()}
    await store.close()
    assert store.notice is None
    assert there == {subject for life in lives for subject in life["written"]}
    assert len(there) > _SLOTS


async def test_a_damaged_file_that_another_desk_works_with_is_left_in_its_place(tmp_path: Path) -> None:
    key = new_key()
    other = await open_store(tmp_path, FixedKeychain(key))
    await other.save_draft("note", "r1", {"text": "mine"})
    path = tmp_path / FILE
    path.write_bytes(bytes(len(path.read_bytes())))
    (tmp_path / f"{FILE}-wal").write_bytes(b"")
    store = await open_store(tmp_path, FixedKeychain(key))
    assert "nothing is kept on disk" in (store.notice or "")
    assert _set_aside(tmp_path) == []
    await store.close()
    await other.close()
    store = await open_store(tmp_path, FixedKeychain(key))
    assert "was damaged" in (store.notice or "")
    await store.close()


async def test_a_desk_whose_turn_does_not_come_works_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    store = await open_store(tmp_path, FixedKeychain(key))
    await store.save_draft("note", "r1", {"text": "half"})
    await store.close()
    monkeypatch.setattr("care_console.desktop.store.turns.PATIENCE_SECONDS", 0.1)
    with Turns(tmp_path).taken():
        with pytest.raises(Occupied), Turns(tmp_path).taken():
            pass
        store = await open_store(tmp_path, FixedKeychain(key))
        assert "nothing is kept on disk" in (store.notice or "")
        assert len(await store.drafts()) == 1
        await store.close()
    assert (await _plainly(tmp_path, key)) == 1


@pytest.mark.parametrize("name", [TURN, AT_WORK])
async def test_what_was_written_into_the_files_of_the_locks_is_no_matter(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"not a lock" * 1000)
    key = new_key()
    opened = open_file(tmp_path, key, Turns(tmp_path))
    assert opened.notice is None
    opened.engine.dispose()


def _set_aside(folder: Path) -> list[Path]:
    return list(folder.glob("*damaged*"))


async def _plainly(folder: Path, key: str) -> int:
    store = await open_store(folder, FixedKeychain(key))
    assert store.notice is None
    drafts = await store.drafts()
    await store.close()
    return len(drafts)
