"""The carrier behind Kannel: an SMPP server (npm `smpp`) as a process of its own, and its journal."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def missing_tools() -> list[str]:
    """What of the machine is missing for it."""
    missing = [] if shutil.which("node") else ["node"]
    return (
        missing if (_HERE / "node_modules" / "smpp").is_dir() else [*missing, "npm's smpp (make setup-test)"]
    )


class Carrier:
    """A running carrier. What it took and what it passed on is in its journal, in the order of happening."""

    def __init__(self, folder: Path) -> None:
        self._journal = folder / "carrier.jsonl"
        self._journal.touch()
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    async def start(self) -> None:
        """Begin to listen, on a port of its own choice."""
        self._process = await asyncio.create_subprocess_exec(
            "node",
            str(_HERE / "carrier.js"),
            "0",
            str(self._journal),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            line = (await self._process.stdout.readline()).decode()
        assert line.startswith("listening on "), line
        self.port = int(line.removeprefix("listening on "))

    async def say(self, phone: str, words: str) -> None:
        """A subscriber (E.164) texts the short code. Passed on until the gateway has acknowledged it."""
        assert self._process is not None
        assert self._process.stdin is not None
        told = {"from": phone, "to": "33297", "text": words}
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        await self._process.stdin.drain()

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """The journal's lines of a kind: `text` (taken), `receipt` and `said` (the gateway has it)."""
        whole = self._journal.read_text().splitlines()
        return [line for line in map(json.loads, whole) if line["kind"] == kind]

    async def close(self) -> None:
        """End it."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
