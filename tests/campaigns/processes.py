"""The service's web and worker as processes that are killed with -9 and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

_READY_SECONDS = 60.0


class Killable:
    """One process of the service, by the words of its command."""

    def __init__(self, words: list[str], environment: Mapping[str, str]) -> None:
        self._words = words
        self._environment = os.environ | dict(environment)
        self._process: asyncio.subprocess.Process | None = None
        self.kills = 0

    async def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "care_console", "service"),
            *self._words,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(_READY_SECONDS):
            line = await self._process.stdout.readline()
        assert line.startswith((b"listening on", b"working")), f"{self._words} said {line!r}"

    async def kill(self) -> None:
        """kill -9, and start it again."""
        await self._end(signal.SIGKILL)
        self.kills += 1
        await self.start()

    async def close(self) -> None:
        """Ask it to end."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        try:
            async with asyncio.timeout(30):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._process = None


@asynccontextmanager
async def running(*processes: Killable) -> AsyncIterator[None]:
    """All of them started, and ended in the end."""
    try:
        for process in processes:
            await process.start()
        yield
    finally:
        for process in processes:
            await process.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
