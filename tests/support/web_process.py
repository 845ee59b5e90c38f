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
    """The process, listening at `url`. `processes`: None for as many as it chooses by itself."""

    def __init__(self, database_url: str, folder: Path, processes: int | None = 1) -> None:
        self.log = folder / "log"
        several = [] if processes is None else ["--processes", str(processes)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "care_console", "service", "web", "--port", "0", *several],
                env=os.environ | {"CARE_DATABASE_URL": database_url, "CARE_DATA_DIR": str(folder)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("listening on "), line + self.log.read_text()
        self.url = line.removeprefix("listening on ").strip()

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        return self._process.pid

    def end(self, how: signal.Signals) -> int:
        """End it, and wait until it has; its exit code."""
        self._process.send_signal(how)
        code = self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def lines(self) -> list[dict[str, Any]]:
        """Its log: each line must be an object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextlib.contextmanager
def web_process(database_url: str, folder: Path, processes: int | None = 1) -> Iterator[WebProcess]:
    """The process for as long as the block lasts."""
    process = WebProcess(database_url, folder, processes)
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
