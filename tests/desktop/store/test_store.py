"""The store on a real disk and keychain: sealed, whole after damage, sound under two desks."""

from __future__ import annotations

import asyncio
import stat
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from care_console.desktop.keychain import Keychain, MemoryKeychain, SystemKeychain, open_keychain
from care_console.desktop.outbox import rows
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.store.opening import FILE
from care_console.desktop.store.store import Store, open_store
from tests.support.killable import desk_process, said

pytestmark = pytest.mark.asyncio
NAME = "Maria Quintanilla-Oyarzabal"


def a_row() -> PendingAction:
    return PendingAction(
        id=uuid4(),
        verb=Verb.OPT_OUT,
        recipient_id="r1",
        subject_id="+12145550142",
        body={"words": NAME},
        state=PendingState.QUEUED,
        asked_by="ana",
        created_at=datetime.now(UTC),
    )


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


async def filled(folder: Path, keychain: Keychain, stories: int = 40) -> PendingAction:
    """Write a row, a draft and some stories, and close the store."""
    store = await open_store(folder, keychain)
    row = a_row()
    await store.run(lambda connection: rows.take_in(connection, row))
    await store.save_draft("note", "r1", {"text": NAME})
    for number in range(stories):
        await store.keep("story", f"r{number}", f'{{"name": "{NAME}"}}' * 50, datetime.now(UTC))
    await store.close()
    return row


async def test_the_keychain_is_a_real_one(folder: Path) -> None:
    keychain = await open_keychain()
    assert isinstance(keychain, SystemKeychain)
    name = f"test {uuid4()}"
    assert await keychain.write(name, "s3cret")
    assert await (await open_keychain()).read(name) == "s3cret"
    await keychain.forget(name)
    await keychain.forget(name)
    assert await keychain.read(name) is None


async def test_no_file_of_the_store_holds_a_name_and_only_its_owner_reads_it(folder: Path) -> None:
    keychain = await open_keychain()
    store = await open_store(folder, keychain)
    await store.save_draft("note", "r1", {"text": NAME})
    await store.keep("story", "r1", NAME, datetime.now(UTC))
    files = files_in(folder)
    assert FILE in [path.name for path in files]
    for path in files:
        content = path.read_bytes()
        assert b"Quintanilla" not in content
        assert not content.startswith(b"SQLite format 3")
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    await store.close()


async def test_what_was_written_is_there_again(folder: Path) -> None:
    keychain = await open_keychain()
    row = await filled(folder, keychain)
    store = await open_store(folder, keychain)
    assert store.notice is None
    assert await store.run(rows.load) == [row]
    draft = await store.load_draft("note", "r1")
    assert draft is not None
    assert draft.fields == {"text": NAME}
    assert (await store.load_kept("story", "r3")) is not None
    await store.close()


async def test_a_file_that_is_no_store_is_set_aside_and_the_loss_told(folder: Path) -> None:
    keychain = await open_keychain()
    await filled(folder, keychain)
    (folder / FILE).write_bytes(b"not a store at all" * 1000)
    store = await open_store(folder, keychain)
    assert "is lost" in (store.notice or "")
    assert await store.drafts() == ()
    await store.save_draft("note", "r2", {"text": "on we go"})
    assert [path for path in files_in(folder) if "damaged" in path.name]
    await store.forget_people()
    assert [path for path in files_in(folder) if "damaged" in path.name] == []
    await store.close()


async def test_of_a_file_damaged_in_part_the_rows_and_drafts_are_saved(folder: Path) -> None:
    keychain = await open_keychain()
    row = await filled(folder, keychain)
    path = folder / FILE
    content = bytearray(path.read_bytes())
    content[-9000:-8900] = bytes(100)
    path.write_bytes(content)
    store = await open_store(folder, keychain)
    assert "1 not yet sent and 1 half written were saved" in (store.notice or "")
    assert await store.run(rows.load) == [row]
    assert await store.load_draft("note", "r1") is not None
    assert await store.load_kept("story", "r3") is None
    await store.close()


async def test_with_no_keychain_nothing_goes_to_disk_and_the_person_is_told(folder: Path) -> None:
    keychain = await open_keychain()
    await filled(folder, keychain)
    before = (folder / FILE).read_bytes()
    store = await open_store(folder, MemoryKeychain())
    assert "nothing is kept on disk" in (store.notice or "")
    await store.save_draft("note", "r1", {"text": "for now"})
    assert await store.load_draft("note", "r1") is not None
    await store.close()
    assert (folder / FILE).read_bytes() == before


async def test_a_card_number_in_a_draft_is_masked_before_it_is_kept(folder: Path) -> None:
    store = await open_store(folder, await open_keychain())
    await store.save_draft("note", "r1", {"text": "card 4242 4242 4242 4242", "cents": 4242424242424242})
    draft = await store.load_draft("note", "r1")
    assert draft is not None
    assert draft.fields == {"text": "card ************4242", "cents": 4242424242424242}
    await store.close()


async def test_another_person_finds_nothing_but_what_is_to_be_sent(folder: Path) -> None:
    keychain = await open_keychain()
    row = await filled(folder, keychain)
    store = await open_store(folder, keychain)
    await store.belongs_to("ana")
    assert await store.load_kept("story", "r3") is not None
    await store.belongs_to("ben")
    assert await store.drafts() == ()
    assert await store.load_kept("story", "r3") is None
    assert await store.run(rows.load) == [row]
    await store.close()


async def test_all_of_a_transaction_or_nothing(folder: Path) -> None:
    store = await open_store(folder, await open_keychain())
    row = a_row()
    await store.save_draft(row.verb.value, row.subject_id, {"words": "half"})
    await store.run(lambda connection: rows.take_in(connection, row))
    await store.save_draft(row.verb.value, row.subject_id, {"words": "again"})
    with pytest.raises(Exception, match="UNIQUE"):
        await store.run(lambda connection: rows.take_in(connection, row))
    assert await store.load_draft(row.verb.value, row.subject_id) is not None
    await store.close()


async def test_two_desks_on_one_file_wait_for_each_other(folder: Path) -> None:
    keychain = await open_keychain()
    await (await open_store(folder, keychain)).close()
    async with desk_process("none", folder, "left") as left, desk_process("none", folder, "right") as right:
        assert await asyncio.gather(said(left), said(right)) == ["written", "written"]
    store: Store = await open_store(folder, keychain)
    assert store.notice is None
    assert len(await store.drafts()) == 400
    await store.close()
