"""`care-console service run` on a data folder of its own, and Chromium to look at its pages."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Table, select

from care_console.contract.roles import Role
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from care_console.service.links.codes import new_code
from care_console.service.prepaid.rules import open_account
from care_console.service.recordings.transcode import to_aac
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.wiring import wired
from tests.support import builders
from tests.support.wav import as_wav

PASSWORD = "correct horse battery"
PHONE = {"width": 390, "height": 844}
SECONDS = 4


@dataclass
class Running:
    """The service on a real socket, and hands in its database."""

    url: str
    database_url: str
    settings: Settings
    sound: bytes

    def do(self, act: Callable[[Services, Context], Awaitable[Any]]) -> Any:
        """Something in one transaction, in a loop of its own thread: playwright holds this one's."""
        found: list[Any] = []

        async def one() -> None:
            made = wired(self.settings, self.database_url)
            async with made as services, services.database.begin() as connection:
                found.append(await act(services, services.context(connection, SYSTEM, "test")))

        thread = threading.Thread(target=lambda: asyncio.run(one()))
        thread.start()
        thread.join()
        return found[0]

    def message(self, **link: Any) -> str:
        """A message with sound at $3.99; the code of its link."""
        code = new_code()

        async def act(services: Services, ctx: Context) -> str:
            recipient = await builders.a_recipient(ctx, language="en")
            id = await builders.a_message(ctx, recipient_id=recipient, seconds=SECONDS)
            await builders.a_link(ctx, id, code=code, **link)
            for kind in ("playable", "louder"):
                await services.storage.put(f"{kind}/{code}", self.sound)
            keys = {"playable_key": f"playable/{code}", "louder_key": f"louder/{code}"}
            await builders.a_recording(ctx, id, **keys)
            return code

        return str(self.do(act))

    def account(self, phone: str, cents: int) -> None:
        """A prepaid account with the PIN 2468."""
        self.do(lambda _, ctx: open_account(ctx, phone, "2468", cents))

    def rows(self, table: Table) -> list[Any]:
        """All rows, in order."""

        async def act(_: Services, ctx: Context) -> list[Any]:
            return list(await ctx.connection.execute(select(table).order_by(*table.primary_key)))

        return list(self.do(act))

    def desk(self) -> httpx.Client:
        """A specialist's client."""
        self.do(lambda _, ctx: add_staff(ctx, "ana", Role.SPECIALIST, PASSWORD))
        client = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        answer = client.post("/v1/session", json={"login": "ana", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client


@contextmanager
def pages_service(folder: Path, port: int = 0, **environment: str) -> Iterator[Running]:
    """The service with its embedded database and its twins, but for what the environment names instead."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "care_console", "service", "run", "--port", str(port)],
            env=os.environ | {"CARE_DATA_DIR": str(folder)} | environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), (folder / "log").read_text()[-2000:]
        from care_console.service.foundation.embedded import embedded_database

        with embedded_database(folder) as database_url:
            time = np.arange(SECONDS * 24000) / 24000
            sound = to_aac(as_wav(0.3 * np.sin(2 * np.pi * 440 * time), 24000))
            yield Running(line.split()[-1], database_url, Settings(data_dir=folder), sound)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    found = shutil.which("chromium")
    assert found, "chromium is missing; see installer/setup/debian-packages.txt"
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = play.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()
