"""The service as a process of its own on a real socket, with somebody signed in to it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from os import environ
from pathlib import Path

import httpx
import psycopg

from tests.support.web_process import web_process

LOGIN = "bench"
PASSWORD = "the benchmark's own password"


class Served:
    """The service as a process of its own on the database, and somebody signed in."""

    def __init__(self, url: str) -> None:
        self.database = url
        self._folder = tempfile.TemporaryDirectory(prefix="care-bench-")
        folder = Path(self._folder.name)
        _prepare(url, folder)
        self._web = web_process(url, folder, processes=None)

    def __enter__(self) -> Served:
        process = self._web.__enter__()
        self.url, self.pid = process.url, process.pid
        answer = httpx.post(f"{self.url}/v1/session", json={"login": LOGIN, "password": PASSWORD})
        answer.raise_for_status()
        self.token = str(answer.json()["access_token"])
        return self

    def __exit__(self, *_: object) -> None:
        self._web.__exit__(None, None, None)
        self._folder.cleanup()


def _prepare(url: str, folder: Path) -> None:
    """The account that asks, and the index of the peer that the service has in another form."""
    command = [
        sys.executable,
        "-m",
        "care_console",
        "service",
        "staff",
        "add",
        "bench",
        "--role",
        "specialist",
    ]
    given = environ | {"CARE_DATABASE_URL": url, "CARE_DATA_DIR": str(folder)}
    subprocess.run(
        command, env=given, input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE INDEX IF NOT EXISTS bench_last_four ON recipients (right(phone, 4))")
