"""Starts a desk's process, hears what it says, and kills it without warning."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def desk_process(server: str, folder: Path, deed: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process; killed by SIGKILL when the context ends, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.desk_process",
        server,
        str(folder),
        deed,
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def said(process: asyncio.subprocess.Process) -> str:
    """The next line that it says."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    assert line, "the desk's process ended"
    return line.decode().strip()


async def killed_after(server: str, folder: Path, deed: str) -> str:
    """What a desk said that was killed as soon as it had said it."""
    async with desk_process(server, folder, deed) as process:
        return await said(process)
