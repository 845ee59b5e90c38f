"""A specialist stops texts by keys on the real window while the line to the real service does twelve things.

Each: nothing is shown as done that the service has not done, the window's thread goes on, and within ten
seconds of the line's healing the texts are off, once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import certifi
import psycopg
import pytest
from PySide6.QtWidgets import QApplication

from care_console.contract.roles import Role
from care_console.desktop.app import DeskHandle, open_desk
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.keychain import MemoryKeychain
from care_console.desktop.shell import keys
from care_console.desktop.shell.garbage import settle
from care_console.service.foundation.context import SYSTEM
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.wiring import wired
from tests.desktop.screens.care import on_qt
from tests.support import builders
from tests.support.desks import until
from tests.support.fault_line import Line
from tests.support.fault_proxy import Fault
from tests.support.stalls import StallProbe
from tests.support.web_process import WebProcess, web_process

PASSWORD = "correct horse battery"
_STALL_SECONDS = 0.050
_RECOVERED_SECONDS = 10.0
_FAULT_SECONDS = 1.5
_EVERYTHING = ""
_STOPS = "POST /v1/opt-outs"


@dataclass(frozen=True)
class Journey:
    """What the line does, and to which requests; without a fault, what is done to the line itself."""

    name: str
    fault: Fault | None = None
    to: str = _EVERYTHING


JOURNEYS = (
    Journey("delays", Fault.DELAY),
    Journey("resets", Fault.RESET),
    Journey("accepts and never answers", Fault.HANG),
    Journey("sends one byte at a time", Fault.SLICES),
    Journey("aborts TLS"),
    Journey("answers 502", Fault.BAD_GATEWAY),
    Journey("answers 503", Fault.UNAVAILABLE),
    Journey("answers 429", Fault.TOO_MANY),
    Journey("answers what it answered before", Fault.STALE),
    Journey("loses replies", Fault.LOSE_REPLY),
    Journey("repeats requests", Fault.TWICE, _STOPS),
    Journey("cuts the event stream", Fault.LOSE_REQUEST, "GET /v1/events"),
)


def begin(line: Line, journey: Journey) -> None:
    """Let it go wrong from here."""
    if journey.fault is not None:
        line.tell("plan", journey.fault, "1000000", journey.to)
    else:
        line.tell("shut")
        line.tell("refuse TLS")
    if journey.to == "GET /v1/events":
        line.tell("cut")


def heal(line: Line, journey: Journey) -> None:
    """Sound again; what hung goes on hanging until the desk gives it up."""
    line.tell("forget")
    if journey.fault is None:
        line.tell("shut")
        line.tell("open")


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[WebProcess]:
    """The real service, as a process of its own."""
    with web_process(database_url, tmp_path) as running:
        yield running


@pytest.fixture
def line(service: WebProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The line to it, with a certificate that the desk trusts."""
    made = Line(service.url, tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(made.trusted))
    yield made
    made.close()


async def _people(database_url: str, folder: Path) -> list[tuple[str, str]]:
    """A specialist, and a caller for each journey: id and phone."""
    settings = Settings(data_dir=folder, database_url=database_url)
    async with wired(settings, database_url) as services, services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await add_staff(ctx, "ana", Role.SPECIALIST, PASSWORD)
        phones = [f"+12145550{number:03}" for number in range(len(JOURNEYS) + 1)]
        return [(str(await builders.a_recipient(ctx, phone=phone)), phone) for phone in phones]


class Desk:
    """The window, its thread's beat, and what the service's database says at each moment."""

    def __init__(self, handle: DeskHandle, database_url: str) -> None:
        self.handle = handle
        self.probe = StallProbe()
        self._database = psycopg.connect(database_url, autocommit=True)

    def close(self) -> None:
        self.probe.stop()
        self._database.close()

    def stopped(self, phone: str) -> int:
        """How often the service has it."""
        found = self._database.execute("SELECT count(*) FROM consent_events WHERE phone = %s", (phone,))
        row = found.fetchone()
        return int(row[0]) if row else 0

    def says(self, phone: str) -> str:
        """What the panel says of the STOP of a number."""
        panel = self.handle.window.side.panels.opt_out
        return str(panel.state.text) if panel._phone == phone else ""

    def press(self, *pressed: str) -> None:
        from tests.desktop.screens.care import Care

        keys.forget_commits()
        Care(self.handle, None).press(*pressed)  # type: ignore[arg-type]

    async def open_caller(self, id: str, phone: str) -> None:
        window = self.handle.window
        window.open_caller(id, "María Delgado", phone)
        window.activateWindow()
        await until(lambda: QApplication.activeWindow() is window)
        await until(lambda: window.side.isEnabled() and window.side.at_hand._recipient_id == id)


@contextlib.asynccontextmanager
async def _desk(line: Line, database_url: str, folder: Path) -> AsyncIterator[Desk]:
    handle = await open_desk(line.url, "ana", PASSWORD, data_dir=folder / "desk", keychain=MemoryKeychain())
    desk = Desk(handle, database_url)
    try:
        yield desk
    finally:
        desk.close()
        await handle.close()


@pytest.mark.timeout(600)
def test_no_false_success_no_stall_and_recovered(line: Line, database_url: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        people = await _people(database_url, tmp_path)
        wrong: list[str] = []
        async with _desk(line, database_url, tmp_path) as desk:
            await desk.open_caller(*people[0])
            desk.press("F9", "1", "Ctrl+Return")  # and with that there is an old answer to give out again
            await until(lambda: desk.stopped(people[0][1]) and not desk.handle.desk.outbox.pending())
            settle()  # as the program does once it stands; here the tests' own modules are in the heap too
            for journey, (id, phone) in zip(JOURNEYS, people[1:], strict=True):
                await desk.open_caller(id, phone)
                wrong += [f"{journey.name}: {what}" for what in await _go(desk, line, journey, phone)]
        assert wrong == []

    on_qt(scenario())


async def _go(desk: Desk, line: Line, journey: Journey, phone: str) -> list[str]:
    wrong: list[str] = []
    begin(line, journey)
    desk.probe.begin()
    desk.press("F9", "2", "Ctrl+Return")
    ends = time.monotonic() + _FAULT_SECONDS
    while time.monotonic() < ends:
        if _shows_done(desk, phone) and not desk.stopped(phone):
            wrong.append("it was shown as done before the service had done it")
            break
        await asyncio.sleep(0.02)
    heal(line, journey)
    healed = time.monotonic()
    with contextlib.suppress(TimeoutError):
        await until(lambda: _is_over(desk, phone), _patience())
    took = time.monotonic() - healed
    if not _is_over(desk, phone):
        wrong.append(f"not recovered {took:.1f} s after healing: {desk.says(phone)!r}")
    if desk.stopped(phone) != 1:
        wrong.append(f"the texts were stopped {desk.stopped(phone)} times")
    # Whoever shares the caches slows each step.
    if desk.probe.longest.counts > _STALL_SECONDS * min(2.0, _busy()):
        wrong.append(f"the window's thread was kept for {desk.probe.longest}")
    print(f"{journey.name}: recovered in {took:.1f} s, kept at most {desk.probe.longest}")
    return wrong


def _shows_done(desk: Desk, phone: str) -> bool:
    return "Texts are off since" in desk.says(phone)


def _is_over(desk: Desk, phone: str) -> bool:
    return (
        desk.stopped(phone) > 0
        and _shows_done(desk, phone)
        and not desk.handle.desk.outbox.pending()
        and desk.handle.desk.backend.connection is ConnectionState.ONLINE
    )


def _patience() -> float:
    """Ten seconds, where the machine has nothing else to do; where others keep it busy, their share too."""
    return _RECOVERED_SECONDS * min(3.0, _busy())


def _busy() -> float:
    """How many want each processor, at least one."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0
