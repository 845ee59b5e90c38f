"""The import of a data set against plain COPY of the same rows into the same tables, and its memory.

Arguments: a folder that holds a data set, or `--recipients N` (30,000 if neither is given) to make one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.dataset import write_dataset
from tests.support.postgres import running_cluster

TABLES = (
    "facilities", "senders", "recipients", "messages", "links", "texts", "charges", "refunds", "plays",
    "consent_events", "consent_states",
)  # fmt: skip


def run(arguments: list[str]) -> dict[str, object]:
    """Import, then COPY what was imported into a second database with the same constraints and indexes."""
    parser = argparse.ArgumentParser(prog="import_dataset")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--recipients", type=int, default=30_000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, running_cluster() as cluster:
        folder = chosen.folder or write_dataset(Path(scratch) / "old", recipients=chosen.recipients).folder
        first, second = cluster.database(), cluster.database()
        imported = _import(first, folder, Path(scratch))
        copied = _copy(first, second)
        again = _import(first, folder, Path(scratch))
        megabytes = sum(file.stat().st_size for file in folder.glob("*.csv")) / 1e6
        rows = _rows(first)
        if rows != _rows(second):
            raise RuntimeError("the second database does not hold what the first does")
    return {
        "data set, MB": round(megabytes, 1),
        "rows": sum(rows.values()),
        "import, s": round(imported["seconds"], 1),
        "COPY, s": round(copied, 1),
        "import / COPY": round(imported["seconds"] / copied, 2),
        "rows a second": round(sum(rows.values()) / imported["seconds"]),
        "import again, s": round(again["seconds"], 1),
        "peak memory, MB": round(imported["megabytes"]),
        "peak memory of its backend, MB": round(imported["backend"]),
    }


def _import(url: str, folder: Path, scratch: Path) -> dict[str, float]:
    """Seconds of the command from start to end, and the most memory of its process and of its backend."""
    environment = os.environ | {"CARE_DATABASE_URL": url, "CARE_DATA_DIR": str(scratch)}
    command = [sys.executable, "-m", "care_console", "service", "import", str(folder)]
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment)
    watch = _BackendWatch(url)
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    watch.stop()
    if status:
        raise RuntimeError(f"the import ended with {os.waitstatus_to_exitcode(status)}")
    return {"seconds": seconds, "megabytes": usage.ru_maxrss / 1024, "backend": watch.most / 1024}


class _BackendWatch(threading.Thread):
    """Looks every half second at the memory of the database's backends that is theirs alone."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._stopped = threading.Event()
        self.most = 0
        """In KiB."""

    def run(self) -> None:
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stopped.wait(0.5):
                for (pid,) in connection.execute(query.encode()).fetchall():
                    with suppress(OSError):
                        self.most = max(self.most, _own_kib(pid))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def _own_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def _copy(source: str, target: str) -> float:
    """Seconds that plain COPY of each table takes, a transaction each; writing the files is not counted."""
    seconds = 0.0
    with psycopg.connect(source) as a, psycopg.connect(target) as b, tempfile.TemporaryFile() as file:
        for table in TABLES:
            columns = sql.SQL(", ").join(map(sql.Identifier, _columns(a, table)))
            what = sql.SQL("{} ({})").format(sql.Identifier(table), columns)
            file.seek(0)
            file.truncate()
            with a.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(what)) as out:
                for piece in out:
                    file.write(piece)
            file.seek(0)
            began = time.monotonic()
            with b.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(what)) as into:
                while block := file.read(1 << 20):
                    into.write(block)
            b.commit()
            seconds += time.monotonic() - began
    return seconds


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        (table,),
    )
    return [str(row[0]) for row in found]


def _rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        counts = {}
        for table in TABLES:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            counts[table] = int(row[0]) if row else 0
        return counts
