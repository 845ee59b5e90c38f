"""Damaged store files: the desk opens on each, keeps what could be read, says what could not, and goes on.

Each case is one file of a desk that was killed, damaged in one way by a seeded hand, and opened by the desk's
own `assemble`. Judged by what was written: nothing that was not, each row whose pages are whole, and silence
only where nothing is missing.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil

from care_console.desktop.desk import assemble
from care_console.desktop.keychain import MemoryKeychain
from care_console.desktop.outbox import rows
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.store.opening import FILE, new_key
from care_console.desktop.store.pages import SIZE, Pages, read_log
from care_console.desktop.store.store import open_store
from tests.campaigns.verdict import Verdict

LONG, SHORT = 5000, 57
_SHM = Path("/dev/shm")
_PLACE = _SHM if _SHM.is_dir() else None  # thousands of files that are thrown away need no disk
_SLOWEST_SECONDS = 30.0
_WARM_UP = 0.2
_MOST_GROWTH_MB = 24.0
_ENOUGH_TO_WEIGH = 1000
LAYOUTS = Path(__file__).parents[1] / "desktop" / "store" / "layouts"


class FixedKeychain(MemoryKeychain):
    """One that holds the store's key, as the system's would."""

    durable = True

    def __init__(self, key: str) -> None:
        super().__init__()
        self._secrets["store key"] = key

    async def write(self, name: str, secret: str) -> bool:
        await super().write(name, secret)
        return True


@dataclass(frozen=True)
class Written:
    """What a desk had written when it was killed: its folder, and the rows with the pages they lie on."""

    folder: Path
    key: str
    actions: dict[UUID, PendingAction]
    drafts: dict[str, str]
    pages: dict[UUID, int]


@dataclass
class Outcome(Verdict):
    """What came of a campaign. `wrong` holds a sentence for each promise that was broken."""

    seed: int
    files: int = 0
    damages: Counter[str] = field(default_factory=Counter)
    opened_plainly: int = 0
    told_of_loss: int = 0
    rows_there: int = 0
    rows_lost: int = 0
    drafts_there: int = 0
    drafts_lost: int = 0
    slowest_seconds: float = 0.0
    grown_mb: float = 0.0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


async def run(count: int, seed: int) -> Outcome:
    """Open so many damaged files."""
    began, chance, outcome = time.monotonic(), random.Random(seed), Outcome(seed)
    process, before = psutil.Process(), 0
    with tempfile.TemporaryDirectory(dir=_PLACE) as place:
        written = [await _write(Path(place) / f"written{number}", 30 * number) for number in range(1, 4)]
        for number in range(count):
            if number == int(count * _WARM_UP):
                gc.collect()
                before = process.memory_info().rss
            damage = DAMAGES[number % len(DAMAGES)]
            folder = Path(place) / f"case{number}"  # its own: whoever closes late closes nobody else's
            await _case(chance.choice(written), damage, folder, chance, outcome)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            if number % 500 == 499:
                print(f"{number + 1} files opened, {len(outcome.wrong)} promises broken")
        gc.collect()
        outcome.grown_mb = round((process.memory_info().rss - before) / 2**20, 1)
    if count >= _ENOUGH_TO_WEIGH and outcome.grown_mb > _MOST_GROWTH_MB:
        outcome.wrong.append(f"memory grew by {outcome.grown_mb} MB")
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


async def _write(folder: Path, amount: int) -> Written:
    """A desk's file with rows, drafts and stories, half of them still in its log, as after a kill."""
    key = new_key()
    store = await open_store(folder / "live", FixedKeychain(key))
    actions, drafts = {}, {}
    for number in range(amount):
        action = _an_action(number)
        await store.run(lambda connection, action=action: rows.take_in(connection, action))  # type: ignore[misc]
        actions[action.id] = action
        drafts[f"r{number}"] = f"half written {number} " * 20
        await store.save_draft("note", f"r{number}", {"text": drafts[f"r{number}"]})
        await store.keep("story", f"r{number}", json.dumps({"told": "x" * 900}), datetime.now(UTC))
    await asyncio.to_thread(shutil.copytree, folder / "live", folder / "killed")
    await store.close()
    pages = _pages_of(folder / "killed" / FILE, key)
    assert set(pages) == set(actions), "the oracle does not find each row"
    return Written(folder / "killed", key, actions, drafts, pages)


def _an_action(number: int) -> PendingAction:
    verb = (Verb.OPT_OUT, Verb.NOTE, Verb.REFUND)[number % 3]
    return PendingAction(
        id=uuid4(),
        verb=verb,
        recipient_id=f"r{number}",
        subject_id=f"+1214555{number:04}" if verb is Verb.OPT_OUT else f"s{number}",
        body={"words": f"stop, says caller {number} of María Delgado", "call_id": "k" * (number % 200)},
        state=PendingState.QUEUED,
        asked_by="ana",
        created_at=datetime.now(UTC) - timedelta(minutes=number),
    )


def _pages_of(path: Path, key: str) -> dict[UUID, int]:
    """On which page each row lies. The page is looked for by its plain bytes, not by parsing it."""
    pages = Pages(path, key, read_log(path))
    found = {}
    for number in range(1, path.stat().st_size // SIZE + 200):
        page = pages.read(number)
        if page is not None and page[0] == 0x0D and b"QUEUED".lower() in page:
            for part in range(len(page) - 36):
                text = page[part : part + 36]
                if text[8:9] == b"-" and text[23:24] == b"-" and b"ana" in page:
                    with_dashes = text.decode("ascii", "replace")
                    if _is_uuid(with_dashes):
                        found[UUID(with_dashes)] = number
    return found


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


async def _case(
    written: Written, damage: Damage, folder: Path, chance: random.Random, outcome: Outcome
) -> None:
    await asyncio.to_thread(_copied, written.folder, folder)
    hurt = damage(folder / FILE, written, chance)
    name = damage.__name__.strip("_")
    outcome.files += 1
    outcome.damages[name] += 1
    began = time.monotonic()
    key = hurt.key or written.key
    try:
        async with asyncio.timeout(_SLOWEST_SECONDS):
            desk = await assemble("http://127.0.0.1:9", folder, keychain=FixedKeychain(key))
            there = {row.id: row for row in desk.outbox.pending()}
            drafts = {draft.subject_id: draft.fields.get("text") for draft in await desk.store.drafts()}
            await desk.store.save_draft("note", "after", {"text": "on we go"})
            goes_on = await desk.store.load_draft("note", "after") is not None
            notice = desk.store.notice
            await desk.close()
    except Exception as failure:  # noqa: BLE001 - whatever it is, the desk did not open
        outcome.wrong.append(f"{name} {outcome.files}: {type(failure).__name__}: {failure}")
        return
    outcome.slowest_seconds = max(outcome.slowest_seconds, round(time.monotonic() - began, 2))
    wrong = _judge(written, hurt, there, drafts, notice, outcome)
    wrong += [] if goes_on else ["nothing can be kept afterwards"]
    # Who closes late deletes the log that lies under that name by then.
    wrong += [f"{file} was left open" for file in await asyncio.to_thread(_left_open, folder)]
    outcome.wrong += [f"{name} {outcome.files}: {sentence}" for sentence in wrong]


def _left_open(folder: Path) -> list[str]:
    """The files of a folder that this process still has open, where the system tells."""
    known = Path("/proc/self/fd")
    found = [os.readlink(file) for file in known.iterdir() if file.is_symlink()] if known.is_dir() else []
    return [file for file in found if file.startswith(f"{folder}/")]


def _judge(
    written: Written,
    hurt: Hurt,
    there: dict[UUID, PendingAction],
    drafts: dict[str, Any],
    notice: str | None,
    outcome: Outcome,
) -> list[str]:
    lost = set(written.actions) - set(there)
    lost_drafts = set(written.drafts) - set(drafts)
    outcome.rows_there += len(there)
    outcome.rows_lost += len(lost)
    outcome.drafts_there += len(drafts)
    outcome.drafts_lost += len(lost_drafts)
    outcome.opened_plainly += notice is None
    outcome.told_of_loss += notice is not None
    wrong = [f"{id} was never written" for id in set(there) - set(written.actions)]
    wrong += [
        f"{id} is not as it was written"
        for id, row in there.items()
        if id in written.actions and _what(row) != _what(written.actions[id])
    ]
    wrong += [
        f"the draft of {id} is not as it was written" for id in drafts if drafts[id] != written.drafts.get(id)
    ]
    if hurt.pages is not None:
        wrong += [f"{id} is lost, its page is whole" for id in lost if written.pages[id] not in hurt.pages]
    if (lost or lost_drafts) and notice is None and not hurt.is_silent:
        wrong.append(f"{len(lost)} rows and {len(lost_drafts)} drafts are lost, and nothing is said")
    return wrong


def _what(row: PendingAction) -> tuple[Any, ...]:
    return row.verb, row.subject_id, dict(row.body), row.asked_by, row.recipient_id, row.created_at


def _copied(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


@dataclass(frozen=True)
class Hurt:
    """What a damage can have taken: the pages (None: there is no telling), or the key that there is now.

    `is_silent`: nobody can tell that anything is missing.
    """

    pages: frozenset[int] | None
    key: str | None = None
    is_silent: bool = False


Damage = Callable[[Path, Written, random.Random], Hurt]
_NOTHING = Hurt(frozenset())


def _log_path(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def _in_log(path: Path) -> frozenset[int]:
    """The pages that the log holds an image of: their image in the file may be an old one."""
    log = read_log(path)
    step = 24 + SIZE
    return frozenset(int.from_bytes(log[at : at + 4], "big") for at in range(32, len(log), step))


def flipped_bits(path: Path, _: Written, chance: random.Random) -> Hurt:
    """Up to eight bits, anywhere in the file."""
    content = path.read_bytes()
    pages = set()
    for _time in range(chance.randint(1, 8)):
        at = chance.randrange(len(content))
        _overwrite(path, at, bytes([content[at] ^ 1 << chance.randrange(8)]))
        pages.add(at // SIZE + 1)
    return Hurt(frozenset(pages))


def flipped_in_log(path: Path, _: Written, chance: random.Random) -> Hurt:
    """One bit, in the log: SQLite by itself would leave away every commit behind it, and say nothing."""
    content = read_log(path)
    at = chance.randrange(len(content))
    _overwrite(_log_path(path), at, bytes([content[at] ^ 1 << chance.randrange(8)]))
    # Of the frame's page, the image before it is what is left.
    return Hurt(_in_log(path) | {int.from_bytes(content[_frame(at) : _frame(at) + 4], "big")})


def _frame(at: int) -> int:
    return max(32, 32 + (at - 32) // (24 + SIZE) * (24 + SIZE))


def zeroed_pages(path: Path, _: Written, chance: random.Random) -> Hurt:
    """A run of pages."""
    count = path.stat().st_size // SIZE
    first, length = chance.randint(1, count), chance.randint(1, max(1, count // 4))
    pages = range(first, min(count, first + length) + 1)
    _overwrite(path, (first - 1) * SIZE, bytes(SIZE * len(pages)))
    return Hurt(frozenset(pages))


def random_bytes(path: Path, _: Written, chance: random.Random) -> Hurt:
    """A run of anything, anywhere."""
    size = path.stat().st_size
    at = chance.randrange(size)
    content = chance.randbytes(min(size - at, chance.randint(1, 3 * SIZE)))
    _overwrite(path, at, content)
    return Hurt(frozenset(range(at // SIZE + 1, (at + len(content)) // SIZE + 2)))


def all_random(path: Path, _: Written, chance: random.Random) -> Hurt:
    """Nothing of it is left, and its log is gone."""
    path.write_bytes(chance.randbytes(path.stat().st_size))
    _log_path(path).unlink()
    return Hurt(None)


def cut_off(path: Path, _: Written, chance: random.Random) -> Hurt:
    """Truncated anywhere, to nothing too."""
    size = path.stat().st_size
    left = chance.choice((0, chance.randrange(size), chance.randrange(size) // SIZE * SIZE))
    with path.open("r+b") as file:
        file.truncate(left)
    return Hurt(frozenset(range(left // SIZE + 1, size // SIZE + 1)))


def cut_off_log(path: Path, _: Written, chance: random.Random) -> Hurt:
    """The log truncated: one that lost its end looks like one that never was longer."""
    size = _log_path(path).stat().st_size
    with _log_path(path).open("r+b") as file:
        file.truncate(chance.randrange(size))
    return Hurt(None, is_silent=True)


def no_log(path: Path, _: Written, __: random.Random) -> Hurt:
    """The log is gone."""
    _log_path(path).unlink()
    return Hurt(None)


def no_file(path: Path, _: Written, __: random.Random) -> Hurt:
    """The file is gone, its log is there."""
    path.unlink()
    return Hurt(None)


def damaged_header(path: Path, _: Written, chance: random.Random) -> Hurt:
    """The first bytes, where the salt is."""
    _overwrite(path, 0, chance.randbytes(chance.choice((16, 32, 100, SIZE))))
    return Hurt(frozenset({1}))


def garbage_beside(path: Path, _: Written, chance: random.Random) -> Hurt:
    """The files beside it are anything; SQLite makes the -shm anew."""
    for suffix in ("-shm", "-journal"):
        path.with_name(path.name + suffix).write_bytes(chance.randbytes(chance.randrange(40000)))
    return _NOTHING


def wrong_key(_: Path, __: Written, ___: random.Random) -> Hurt:
    """The keychain was made anew."""
    return Hurt(None, new_key())


def a_folder_in_its_place(path: Path, _: Written, __: random.Random) -> Hurt:
    """Somebody made a folder of that name."""
    path.unlink()
    _log_path(path).unlink()
    (path / "inner").mkdir(parents=True)
    return Hurt(None)


def a_folder_for_its_log(path: Path, _: Written, __: random.Random) -> Hurt:
    """SQLite cannot open the file at all."""
    _log_path(path).unlink()
    _log_path(path).mkdir()
    return Hurt(None)


def read_only(path: Path, _: Written, __: random.Random) -> Hurt:
    """Its mode; root writes to it all the same."""
    path.chmod(0o400)
    _log_path(path).chmod(0o400)
    return _NOTHING


def an_old_page(path: Path, written: Written, chance: random.Random) -> Hurt:
    """A page as it was before, whole by itself: a disk that lost a write."""
    number = chance.randint(2, path.stat().st_size // SIZE)
    other = chance.randint(2, path.stat().st_size // SIZE)
    content = path.read_bytes()
    _overwrite(path, (number - 1) * SIZE, content[(other - 1) * SIZE : other * SIZE])
    return Hurt(frozenset({number}))


def a_later_layout(path: Path, written: Written, _: random.Random) -> Hurt:
    """A later version of the desk was here."""
    _with_sqlite(path, written.key, "PRAGMA user_version = 99")
    return _NOTHING


def tables_missing(path: Path, written: Written, chance: random.Random) -> Hurt:
    """A table or a column is not there, as nobody would leave it."""
    _with_sqlite(
        path,
        written.key,
        chance.choice(("DROP TABLE kept", "DROP TABLE facts", "ALTER TABLE drafts DROP COLUMN problem")),
    )
    return _NOTHING


def an_older_layout(path: Path, written: Written, chance: random.Random) -> Hurt:
    """A file of an older version of the desk, its rows in it."""
    layout = chance.choice(sorted(LAYOUTS.glob("*.sql")))
    script = layout.read_text()
    _with_sqlite(path, written.key, "DROP INDEX ix_kept_read_at", f"PRAGMA user_version = {layout.stem}")
    assert "CREATE TABLE outbox" in script
    return _NOTHING


def _with_sqlite(path: Path, key: str, *statements: str) -> None:
    from care_console.desktop.store.cipher import reading

    with reading(path, key) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    _log_path(path).touch()  # the desk was killed, not closed


DAMAGES: tuple[Damage, ...] = (
    flipped_bits,
    flipped_in_log,
    zeroed_pages,
    random_bytes,
    all_random,
    cut_off,
    cut_off_log,
    no_log,
    no_file,
    damaged_header,
    garbage_beside,
    wrong_key,
    a_folder_in_its_place,
    a_folder_for_its_log,
    read_only,
    an_old_page,
    a_later_layout,
    tables_missing,
    an_older_layout,
)
