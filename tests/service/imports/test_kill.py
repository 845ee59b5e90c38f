"""An import that is killed without warning, and run again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psycopg
import pytest

from tests.service.imports.conftest import Import, content
from tests.service.recordings.sounds import sine, wav
from tests.support.dataset import write_dataset

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[3]


def rows_in(database_url: str, table: str) -> int:
    """How many rows a table has that a commit left there."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return int(row[0]) if row else 0


async def killed_after(database_url: str, folder: Path, data_dir: Path, table: str) -> int:
    """Start the command; SIGKILL once the table has rows. Its exit code: -9 where it was at work."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "care_console", "service", "import", str(folder),
        cwd=ROOT, env=os.environ | {"CARE_DATABASE_URL": database_url, "CARE_DATA_DIR": str(data_dir)},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(2_000):
        if process.returncode is not None or rows_in(database_url, table):
            break
        await asyncio.sleep(0.02)
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    return await process.wait()


@pytest.mark.timeout(240)
async def test_killed_and_run_again_it_ends_as_if_it_had_run_once(
    run_import: Import, database_url: str, cluster_copy: str, tmp_path: Path
) -> None:
    tone = wav([sine(-20.0, 1.0, rate=8_000)], 8_000)
    (tmp_path / "old" / "audio").mkdir(parents=True)
    for number in range(60):
        (tmp_path / "old" / "audio" / f"{number}.wav").write_bytes(tone[: -2 * number] if number else tone)
    data = write_dataset(
        tmp_path / "old",
        recipients=300,
        broken=True,
        audio=lambda number: f"audio/{number}.wav" if number < 60 else "",
    )
    kills = 0
    for table in ("facilities", "messages", "texts", "plays", "recordings"):
        kills += await killed_after(database_url, data.folder, tmp_path, table) == -signal.SIGKILL
    assert kills >= 3
    await run_import(data.folder, rejects=tmp_path / "killed.csv")
    await run_import(data.folder, rejects=tmp_path / "whole.csv", database=cluster_copy)
    assert (tmp_path / "killed.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert content(database_url) == content(cluster_copy)
