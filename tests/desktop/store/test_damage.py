"""What is damaged in the desk's file, one kind at a time: what is kept, and what is said."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from care_console.desktop.changes import Changes
from care_console.desktop.outbox import rows
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.outbox.rack import Rack
from care_console.desktop.store import opening, tables
from care_console.desktop.store.cipher import reading
from care_console.desktop.store.opening import FILE, new_key, open_file
from care_console.desktop.store.pages import SIZE, Pages
from care_console.desktop.store.store import open_store
from care_console.desktop.store.turns import Turns
from tests.campaigns.store import FixedKeychain
from tests.desktop.store.test_store import a_row

LAYOUTS = Path(__file__).parent / "layouts"


@pytest.fixture
def key() -> str:
    return new_key()


async def killed(folder: Path, key: str, *actions: PendingAction) -> None:
    """A desk's folder as a kill leaves it: the last changes in the log."""
    store = await open_store(folder.with_name("live"), FixedKeychain(key))
    for action in actions:
        await store.run(lambda connection, action=action: rows.take_in(connection, action))
    shutil.copytree(folder.with_name("live"), folder)
    await store.close()


async def reopened(folder: Path, key: str) -> tuple[list[PendingAction], str | None]:
    store = await open_store(folder, FixedKeychain(key))
    found = await store.run(rows.load)
    await store.close()
    return found, store.notice


@pytest.mark.asyncio
async def test_a_bit_in_the_log_takes_no_commit_behind_it(tmp_path: Path, key: str) -> None:
    actions = [a_row() for _ in range(12)]
    await killed(tmp_path / "desk", key, *actions)
    log = tmp_path / "desk" / f"{FILE}-wal"
    content = bytearray(log.read_bytes())
    content[32 + 24 + 100] ^= 4  # in the first frame: by itself SQLite would leave away all that follow
    log.write_bytes(content)
    found, notice = await reopened(tmp_path / "desk", key)
    assert {row.id for row in found} == {row.id for row in actions}
    assert "12 not yet sent" in (notice or "")


@pytest.mark.asyncio
async def test_a_missing_log_is_told_and_once_more_until_sign_out(tmp_path: Path, key: str) -> None:
    await killed(tmp_path / "desk", key, a_row())
    (tmp_path / "desk" / f"{FILE}-wal").unlink()
    for _ in range(2):
        _, notice = await reopened(tmp_path / "desk", key)
        assert "part of the desk's file was missing" in (notice or "")
    store = await open_store(tmp_path / "desk", FixedKeychain(key))
    await store.forget_people()
    await store.close()
    assert (await reopened(tmp_path / "desk", key))[1] is None


@pytest.mark.asyncio
async def test_a_desk_that_closed_in_order_misses_nothing(tmp_path: Path, key: str) -> None:
    store = await open_store(tmp_path, FixedKeychain(key))
    await store.close()
    assert not (tmp_path / f"{FILE}-wal").exists()
    assert await reopened(tmp_path, key) == ([], None)


@pytest.mark.asyncio
async def test_the_salt_may_be_lost(tmp_path: Path, key: str) -> None:
    row = a_row()
    await killed(tmp_path / "desk", key, row)
    path = tmp_path / "desk" / FILE
    path.write_bytes(bytes(16) + path.read_bytes()[16:])
    assert await reopened(tmp_path / "desk", key) == ([row], None)


@pytest.mark.asyncio
async def test_whose_drafts_were_saved_is_known_still(tmp_path: Path, key: str) -> None:
    live = tmp_path / "live"
    store = await open_store(live, FixedKeychain(key))
    await store.belongs_to("ana")
    await store.save_draft("note", "r1", {"text": "half"})
    shutil.copytree(live, tmp_path / "desk")
    await store.close()
    path = tmp_path / "desk" / FILE
    path.write_bytes(bytes(SIZE) + path.read_bytes()[SIZE:])
    log = bytearray((tmp_path / "desk" / f"{FILE}-wal").read_bytes())
    log[:32] = bytes(32)
    (tmp_path / "desk" / f"{FILE}-wal").write_bytes(log)
    store = await open_store(tmp_path / "desk", FixedKeychain(key))
    assert "1 half written were saved" in (store.notice or "")
    assert not await store.belongs_to("ana")
    assert len(await store.drafts()) == 1
    assert await store.belongs_to("ben")
    assert await store.drafts() == ()
    await store.close()


class Killed(BaseException):
    """Ends what is under way, and nothing of it is put right."""


@pytest.mark.asyncio
@pytest.mark.parametrize("renamed", [0, 1])
async def test_killed_while_a_damaged_file_is_replaced_the_rows_are_there(
    renamed: int, tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = a_row()
    await killed(tmp_path / "desk", key, row)
    path = tmp_path / "desk" / FILE
    path.write_bytes(bytes(SIZE) + path.read_bytes()[SIZE:])
    real, left = opening.os.replace, [renamed]

    def replace(source: Path, target: Path) -> None:
        if not left[0]:
            raise Killed
        left[0] -= 1
        real(source, target)

    monkeypatch.setattr(opening.os, "replace", replace)
    with pytest.raises(Killed):
        open_file(tmp_path / "desk", key, Turns(tmp_path / "desk"))
    monkeypatch.undo()
    found, notice = await reopened(tmp_path / "desk", key)
    assert [one.id for one in found] == [row.id]
    assert "1 not yet sent" in (notice or "")


@pytest.mark.asyncio
async def test_what_was_answered_is_not_found_again_on_a_page_that_is_free(tmp_path: Path, key: str) -> None:
    store = await open_store(tmp_path, FixedKeychain(key))
    actions = [a_row() for _ in range(60)]
    for action in actions:
        await store.run(lambda connection, action=action: rows.take_in(connection, action))
    await store.run(lambda connection: rows.remove(connection, *actions))
    await store.close()
    assert not [values for _, values in Pages(tmp_path / FILE, key, b"").records() if len(values) == 11]


@pytest.mark.asyncio
async def test_a_row_of_a_later_version_stays_and_keeps_none_from_going(tmp_path: Path, key: str) -> None:
    store = await open_store(tmp_path, FixedKeychain(key))
    row, other = a_row(), a_row()
    await store.run(lambda connection: rows.take_in(connection, row))
    strange = {**rows._values(other), "id": str(other.id), "verb": "send_flowers"}
    await store.run(lambda connection: connection.execute(insert(tables.outbox).values(strange)))
    rack = Rack(store, Changes())
    await rack.load()
    assert [one.id for one in rack] == [row.id]
    assert "1 not yet sent cannot be read by this version" in (store.notice or "")
    assert await store.run(rows.count) == 2
    await store.close()


@pytest.mark.parametrize("layout", sorted(LAYOUTS.glob("*.sql")), ids=lambda path: f"layout {path.stem}")
def test_a_file_of_an_older_layout_is_brought_to_date(layout: Path, tmp_path: Path, key: str) -> None:
    saved = datetime.now(UTC).isoformat()
    with reading(tmp_path / FILE, key) as connection:
        connection.executescript(layout.read_text())
        connection.execute("INSERT INTO drafts VALUES ('note', 'r1', '{\"text\": \"a\"}', NULL, ?)", (saved,))
        connection.execute(
            "INSERT INTO outbox VALUES (7, '7b1c5e0e-5c34-4a52-9d0d-111111111111', 'opt_out', 'r1', "
            "'+12145550142', '{\"words\": \"stop\"}', 'queued', 'ana', ?, NULL, 0)",
            (saved,),
        )
        connection.execute("INSERT INTO facts VALUES ('login', 'ana')")
    old, new = (open_file(place, key, Turns(place)) for place in (tmp_path, tmp_path / "new"))
    assert old.notice is None
    assert _schema(old) == _schema(new)
    with old.engine.begin() as connection:
        assert [row.subject_id for row in rows.load(connection)] == ["+12145550142"]
        assert connection.execute(select(tables.drafts.c.fields)).scalar_one() == {"text": "a"}
        known = {row.name: row.value for row in connection.execute(select(tables.facts))}
        assert known["login"] == "ana"


def test_there_is_a_file_of_each_older_layout() -> None:
    assert [int(path.stem) for path in sorted(LAYOUTS.glob("*.sql"))] == list(range(1, tables.LAYOUT))


def _schema(opened: opening.Opened) -> list[tuple[str, str]]:
    with opened.engine.begin() as connection:
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return sorted((row[0], " ".join(row[1].split()).replace(" ,", ",")) for row in found)
