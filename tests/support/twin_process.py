"""A twin of an outside party as a process of its own: where it is, what it did, what it is to do wrong."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 20.0


class TwinProcess:
    """A running twin. `url` stays the same through `kill` and `start`."""

    module = ""

    def __init__(self, state: Path, options: list[str]) -> None:
        self.url = ""
        self._state = state
        self._options = options
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._http = httpx.AsyncClient(timeout=30, trust_env=False)

    async def start(self) -> None:
        """Starts it on its state file, at the address it had before where it had one."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self.module,
            *("--port", str(self._port), "--state", str(self._state)),
            *self._options,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            line = (await self._process.stdout.readline()).decode()
        assert line.startswith("listening on "), f"the twin did not start: {line!r}"
        self.url = line.removeprefix("listening on ").strip()
        self._port = int(self.url.rsplit(":", 1)[1])

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def close(self) -> None:
        """Ends it, if it still runs."""
        await self._end(signal.SIGTERM)
        await self._http.aclose()

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def journal(self, what: str | None = None, after: int = 0) -> list[dict[str, Any]]:
        """What it was asked and did, oldest first; `what` picks one kind: request, refund, webhook, ...

        `after`: only what came past that line, where the twin numbers its lines.
        """
        answer = await self._http.get(f"{self.url}/journal", params={"after": after} if after else None)
        lines = [json.loads(line) for line in answer.text.splitlines()]
        return [line for line in lines if what in (None, line["what"])]

    async def tell(self, path: str, /, **what: Any) -> dict[str, Any]:
        """A control endpoint."""
        answer = await self._http.post(f"{self.url}{path}", json=what)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def faults(self, next: str, count: int = 1, **more: Any) -> None:
        """What goes wrong next, in the words of the twin's faults.py (seconds=, path=, method=)."""
        await self.tell("/faults", next=next, count=count, **more)
