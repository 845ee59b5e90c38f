"""STOPs while the line is cut, the desk is killed, its store damaged: none lost, none twice, none early.

A real desk without its window, against the real service on a socket, with a proxy between that cuts the line
and loses what it carries. What counts in the end is the service's own database.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from care_console.contract.roles import Role
from care_console.desktop.outbox import rows
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.store.opening import FILE
from care_console.desktop.store.pages import SIZE, Pages, read_log
from care_console.desktop.store.store import open_store
from care_console.service.consent.tables import consent_events
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.foundation.tables import idempotency_keys
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.wiring import wired
from tests.campaigns.people import PASSWORD
from tests.campaigns.processes import kept_port
from tests.campaigns.stop_desk import FileKeychain
from tests.campaigns.verdict import Verdict
from tests.campaigns.zygote import Incarnation, Zygote, zygote
from tests.support.fault_proxy import Fault, FaultProxy, fault_proxy

_LOGIN = "ana"
_TAKEN_SECONDS = 60.0
_STANDSTILL_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a campaign is: STOPs that were taken while the line was cut, and kills of the desk."""

    stops: int
    kills: int


LONG = Plan(stops=1000, kills=300)
SHORT = Plan(stops=30, kills=8)


@dataclass
class Outcome(Verdict):
    """What came of a campaign. `wrong` holds a sentence for each promise that was broken."""

    seed: int
    asked: int = 0
    taken: int = 0
    taken_while_cut: int = 0
    gathered: int = 0
    in_the_log: int = 0
    kills: int = 0
    cuts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    shown_done: int = 0
    settled_seconds: float = 0.0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


class _Line:
    """The line between desk and service: cut or not."""

    def __init__(self, proxy: FaultProxy, outcome: Outcome) -> None:
        self.proxy = proxy
        self.is_cut = False
        self.is_held = False
        self._outcome = outcome
        self._turn = asyncio.Lock()

    async def cut(self) -> None:
        """Nothing comes through from here."""
        async with self._turn:
            if not self.is_cut:
                self.is_cut = True
                self._outcome.cuts += 1
                await self.proxy.shut()

    async def restore(self) -> None:
        """It stands again."""
        async with self._turn:
            if self.is_cut:
                await self.proxy.open()
                self.is_cut = False


@dataclass
class _Desk:
    """The desk over all its lives."""

    zygote: Zygote
    services: Services
    line: _Line
    folder: Path
    outcome: Outcome
    chance: random.Random
    taken: dict[str, str] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    life: Incarnation | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _writer: asyncio.StreamWriter | None = None
    _hearing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """A new life."""
        self.ready.clear()
        words = [self.line.proxy.url, str(self.folder), _LOGIN, PASSWORD]
        self.life, reader, self._writer = await self.zygote.converse("desk", words, {})
        self._hearing = asyncio.create_task(self._hear(reader))

    def ask(self, phone: str) -> None:
        """Somebody says STOP."""
        assert self._writer is not None
        self.outcome.asked += 1
        self._writer.write(f"{phone}\n".encode())

    async def kill(self) -> None:
        """kill -9, and everything is heard that it said before."""
        assert self.life is not None
        assert self._hearing is not None
        assert self._writer is not None
        await self.life.end(signal.SIGKILL)
        await self._hearing
        self._writer.close()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while line := (await reader.readline()).decode():
                if not line.endswith("\n"):
                    return
                word, _, rest = line.strip().partition(" ")
                if word == "notice":
                    self.notice = rest
                elif word == "ready":
                    self.ready.set()
                elif word == "taken":
                    id, phone = rest.split()
                    self.taken[id] = phone
                    self.outcome.taken_while_cut += self.line.is_cut
                elif word == "done":
                    await self._is_done(*rest.split())

    async def _is_done(self, id: str, opt_out: str) -> None:
        """The desk shows it as done: then the service has it, now."""
        if opt_out not in await _stored(self.services, [int(opt_out)]):
            self.outcome.wrong.append(f"{id} was shown as done, and was not")
        if self.done.setdefault(id, opt_out) != opt_out:
            self.outcome.wrong.append(f"{id} is both {opt_out} and {self.done[id]}")


async def run(plan: Plan, seed: int, database_url: str, keep: Path | None = None) -> Outcome:
    """Run a campaign on an empty, migrated database. `keep`: for the desk's folder if it did not hold."""
    began, outcome = time.monotonic(), Outcome(seed)
    async with _made(seed, database_url, outcome) as desk:
        weather = asyncio.create_task(_weather(desk.line, random.Random(seed), outcome))
        await desk.start()
        try:
            while outcome.kills < plan.kills or outcome.taken_while_cut < plan.stops:
                await _one_life(desk, plan)
                if outcome.kills % 50 == 0:
                    print(f"{outcome.kills} kills, {len(desk.taken)} STOPs taken", flush=True)
        finally:
            weather.cancel()
            await asyncio.gather(weather, return_exceptions=True)
        desk.line.proxy.forget_plans()
        await desk.line.cut()
        await desk.line.restore()
        outcome.gathered = len(set(desk.taken.values()) - set(await _events(desk.services)))
        outcome.settled_seconds = await _settled(desk)
        await desk.kill()
        await _judge(desk)
        if keep is not None and not outcome.held:
            shutil.rmtree(keep, ignore_errors=True)
            shutil.copytree(desk.folder.parent, keep, ignore=shutil.ignore_patterns("service"))
    outcome.taken, outcome.shown_done = len(desk.taken), len(desk.done)
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


@contextlib.asynccontextmanager
async def _made(seed: int, database_url: str, outcome: Outcome) -> AsyncIterator[_Desk]:
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        enter = stack.enter_async_context
        forks, port = await enter(zygote()), stack.enter_context(kept_port())
        environment = {
            "CARE_DATA_DIR": str(folder / "service"),
            "CARE_DATABASE_URL": database_url,
            "CARE_STRIPE_KEY": "sk_test_campaign",
            "CARE_ACCESS_MINUTES": "720",
        }
        web = await forks.spawn(["web", "--processes", "1", "--port", str(port)], environment)
        stack.push_async_callback(web.end, signal.SIGTERM)
        services = await enter(wired(Settings(data_dir=folder), database_url))
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "campaign")
            await add_staff(ctx, _LOGIN, Role.SPECIALIST, PASSWORD)
        proxy = await enter(fault_proxy(f"http://127.0.0.1:{port}"))
        chance = random.Random(seed)
        yield _Desk(forks, services, _Line(proxy, outcome), folder / "desk", outcome, chance)


async def _one_life(desk: _Desk, plan: Plan) -> None:
    """STOPs are asked for, some taken, some sent; then it dies wherever it is, and begins anew."""
    chance, outcome, line = desk.chance, desk.outcome, desk.line
    if chance.random() < 0.85:  # else it dies while it opens
        async with asyncio.timeout(_TAKEN_SECONDS):
            await desk.ready.wait()
        line.is_held = chance.random() < 0.85
        if line.is_held:
            await line.cut()
        await _ask_some(desk, plan)
        if chance.random() < 0.5:  # it comes to send some of them
            line.is_held = False
            await line.restore()
    await asyncio.sleep(chance.choice((0, 0.01, 0.05, 0.2, 0.6)))
    await desk.kill()
    line.is_held = False
    outcome.kills += 1
    hurt = _hurt(desk.folder, chance) if chance.random() < 0.2 else "as it was"
    outcome.restarts[hurt] += 1
    await desk.start()
    await line.restore()
    if hurt in _SAID:
        async with asyncio.timeout(_TAKEN_SECONDS):
            await desk.ready.wait()
        if "was damaged" not in desk.notice:
            outcome.wrong.append(f"the store was hurt ({hurt}), and nothing was said: {desk.notice!r}")


async def _ask_some(desk: _Desk, plan: Plan) -> None:
    """Ask for a few, and wait for some of them to be taken."""
    chance, outcome = desk.chance, desk.outcome
    missing, lives = plan.stops - outcome.taken_while_cut, max(1, plan.kills - outcome.kills)
    before = len(desk.taken)
    count = chance.randint(0, 3 * -(-missing // lives)) if missing > 0 else 0
    for _ in range(count):
        desk.ask(f"+1214{200 + outcome.asked // 10000:03}{outcome.asked % 10000:04}")
        await asyncio.sleep(chance.choice((0, 0, 0.02)))
    wanted = before + chance.randint(0, count)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_TAKEN_SECONDS):
            while len(desk.taken) < wanted:  # noqa: ASYNC110 - another process takes them
                await asyncio.sleep(0.01)


_SAID = ("a page of it zeroed", "its log's header lost")


def _hurt(folder: Path, chance: random.Random) -> str:
    """Damage the store where no STOP's newest page is, or make it one of an older version."""
    path = folder / FILE
    keychain = FileKeychain(folder.with_name(f"{folder.name}.keychain"))
    key = keychain._secrets.get("store key")
    if key is None or not path.is_file():
        return "not there yet"
    how = chance.choice(("a page of it zeroed", "its log's header lost", "its salt lost", "an older layout"))
    log = read_log(path)
    if how == "an older layout":
        return _age(path, key)
    if how == "its salt lost":
        _overwrite(path, 0, bytes(16))
    elif how == "its log's header lost":
        if len(log) < 32 + 24 + SIZE:
            return "with no log"
        _overwrite(path.with_name(f"{FILE}-wal"), 0, bytes(32))
    else:
        # Page 1, the root of everything; never one of the outbox, whose only copy it would be.
        _overwrite(path, 0, bytes(SIZE))
        if Pages(path, key, log).read(1) is not None:
            return "a page zeroed that its log holds"
    return how


def _age(path: Path, key: str) -> str:
    from care_console.desktop.store.cipher import reading

    with reading(path, key) as connection:
        connection.execute("DROP INDEX IF EXISTS ix_kept_read_at")
        connection.execute("PRAGMA user_version = 1")
    path.with_name(f"{FILE}-wal").touch()
    return "an older layout"


def _overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


async def _weather(line: _Line, chance: random.Random, outcome: Outcome) -> None:
    """Cut and restore the line, and let it lose things while it stands."""
    while True:
        await asyncio.sleep(chance.uniform(0.1, 1.5))
        if chance.random() < 0.3 and not line.is_held:
            await line.cut()
            await asyncio.sleep(chance.uniform(0.1, 1.5))
            if not line.is_held:
                await line.restore()
        fault = chance.choice(list(Fault))
        if fault is not Fault.HANG or chance.random() < 0.2:
            outcome.faults[fault.value] += 1
            line.proxy.plan(fault, "POST /v1/opt-outs", times=chance.randint(1, 3))


async def _settled(desk: _Desk) -> float:
    """Wait until everything that was taken is in the log; how long that took.

    The desk sends one STOP after another, so over a thousand that gathered while the line was cut take their
    time on a busy machine. It is given up when for a minute no more of them came; what is missing then is
    told apart: still in the desk's outbox, or nowhere.
    """
    began = last = time.monotonic()
    fewest = len(desk.taken) + 1
    while time.monotonic() - last < _STANDSTILL_SECONDS:
        missing = len(set(desk.taken.values()) - set(await _events(desk.services)))
        if not missing and desk.ready.is_set():
            break
        if missing < fewest:
            fewest, last = missing, time.monotonic()
        await asyncio.sleep(0.2)
    return round(time.monotonic() - began, 1)


async def _still_to_be_sent(folder: Path) -> dict[str, PendingAction]:
    """What lies in the outbox of a desk that is dead. The file itself is left as it is."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "desk"
        await asyncio.to_thread(shutil.copytree, folder, copy)
        store = await open_store(copy, FileKeychain(folder.with_name(f"{folder.name}.keychain")))
        found = await store.run(rows.load)
        await store.close()
    return {row.subject_id: row for row in found}


async def _events(services: Services) -> Counter[str]:
    async with services.database.begin() as connection:
        found = await connection.execute(select(consent_events.c.phone))
        return Counter(row.phone for row in found)


async def _stored(services: Services, ids: list[int]) -> list[str]:
    async with services.database.begin() as connection:
        query = select(consent_events.c.id).where(consent_events.c.id.in_(ids))
        return [str(row.id) for row in await connection.execute(query)]


async def _judge(desk: _Desk) -> None:
    """Hold the service's log against what the desk said that it had taken."""
    wrong, events = desk.outcome.wrong, await _events(desk.services)
    desk.outcome.in_the_log = sum(events.values())
    async with desk.services.database.begin() as connection:
        keys = {row.key for row in await connection.execute(select(idempotency_keys.c.key))}
    missing = [phone for phone in desk.taken.values() if phone not in events]
    waiting = await _still_to_be_sent(desk.folder) if missing else {}
    wrong += [
        f"{phone} was taken, and {'waits: ' + waiting[phone].state if phone in waiting else 'is lost'}"
        for phone in missing
    ]
    wrong += [f"{phone} is in the log {count} times" for phone, count in events.items() if count != 1]
    wrong += [f"{id} was taken, and came under another key" for id in desk.taken if str(UUID(id)) not in keys]
    wrong += [f"{id} was shown as done, under no key of its own" for id in desk.done if id not in keys]
