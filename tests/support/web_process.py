"""`care-console service web` as a process of its own on a real socket, and what it wrote to its log."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx


class WebProcess:
    """The process, listening at `url`."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.log = folder / "log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "care_console", "service", "web", "--port", "0"],
                env=os.environ | {"CARE_DATABASE_URL": database_url, "CARE_DATA_DIR": str(folder)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("listening on "), line + self.log.read_text()
        self.url = line.removeprefix("listening on ").strip()

    def end(self, how: signal.Signals) -> None:
        """End it, and wait until it has."""
        self._process.send_signal(how)
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def lines(self) -> list[dict[str, Any]]:
        """Its log: each line must be an object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextlib.contextmanager
def web_process(database_url: str, folder: Path) -> Iterator[WebProcess]:
    """The process for as long as the block lasts."""
    process = WebProcess(database_url, folder)
    try:
        yield process
    finally:
        process.end(signal.SIGTERM)


async def signed_in(url: str, login: str, password: str) -> httpx.AsyncClient:
    """A client of somebody who has an account."""
    client = httpx.AsyncClient(base_url=url, timeout=20)
    answer = await client.post("/v1/session", json={"login": login, "password": password})
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client
