"""A proxy before the card processor that does to refunds what networks do: loses, repeats, delays, breaks.

It has a door for each process of the service, so that it can tell who asks, and kill who asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx

from tests.campaigns.zygote import Incarnation

SOUND = "sound"
WEIGHTS = {
    SOUND: 60,
    "lost_before": 8,  # the connection ends before the processor hears of it
    "lost_reply": 10,  # it was done, and nobody is told
    "twice": 8,  # the request arrives two times
    "error_before": 7,  # a gateway's own 502, nothing was done
    "late": 5,  # two seconds later
    "adrift": 4,  # the connection ends, and the request arrives seconds after that
}
DARK = {"lost_before": 1, "lost_reply": 1}
"""What becomes of refunds while the line to the processor is down; nothing else comes through at all."""
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host"}


class FaultProxy:
    """Where it listens, and how often it did what."""

    def __init__(self, upstream: str, seed: int, adrift_seconds: float) -> None:
        self.done: Counter[str] = Counter()
        self.requests = 0
        self.doors: list[str] = []
        self.is_dark = False
        self._adrift: set[asyncio.Task[None]] = set()
        self.killed: dict[int, str] = {}
        self._watched: dict[int, tuple[frozenset[str], Incarnation]] = {}
        self._upstream = upstream
        self._adrift_seconds = adrift_seconds
        self._chance = random.Random(seed)
        self._client = httpx.AsyncClient(timeout=30, trust_env=False)

    def watch(self, door: int, points: frozenset[str], life: Incarnation) -> None:
        """Kill a process at the next refund that it asks for at its door: see points.PROCESSOR.

        `killed` then has the point, by the process's id.
        """
        self._watched[door] = points, life

    async def handle(self, door: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, httpx.HTTPError):
            method, path, headers, body = await self._read(reader)
            answer = await self._answer(door, method, path, headers, body)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        pairs = (line.split(":", 1) for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return method, path, headers, body

    async def _answer(
        self, door: int, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> bytes | None:
        fault = "lost_before" if self.is_dark else SOUND
        is_refund = method == "POST" and path.startswith("/v1/refunds")
        if is_refund:
            await self._die(door, "processor.asked")
            weights = DARK if self.is_dark else WEIGHTS
            fault = self._chance.choices(list(weights), list(weights.values()))[0]
            self.requests += 1
            self.done[fault] += 1
        if fault == "lost_before":
            return None
        if fault == "error_before":
            return b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        if fault == "late":
            await asyncio.sleep(2)
        passed = {name: value for name, value in headers.items() if name not in _HOP}
        call: dict[str, Any] = {
            "method": method,
            "url": self._upstream + path,
            "headers": passed,
            "content": body,
        }
        if fault == "adrift":
            self._let_drift(call)
            return None
        if fault == "twice":
            await self._client.request(**call)
        response = await self._client.request(**call)
        if is_refund:
            await self._die(door, "processor.did")
        return None if fault == "lost_reply" else _raw(response)

    async def _die(self, door: int, point: str) -> None:
        points, life = self._watched.get(door, (frozenset(), None))
        if life is not None and point in points and not life.is_over:
            self.killed[life.pid] = point
            del self._watched[door]
            await life.end(signal.SIGKILL)

    def _let_drift(self, call: dict[str, Any]) -> None:
        async def arrive() -> None:
            await asyncio.sleep(self._adrift_seconds)
            with contextlib.suppress(httpx.HTTPError):
                await self._client.request(**call)

        drifting = asyncio.create_task(arrive())
        self._adrift.add(drifting)
        drifting.add_done_callback(self._adrift.discard)

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        await asyncio.gather(*self._adrift)

    async def close(self) -> None:
        """Give its connections back."""
        await self._client.aclose()


def _raw(response: httpx.Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status_code} {response.reason_phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items() if name.lower() not in _HOP]
    lines += [f"Content-Length: {len(response.content)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1") + response.content


@asynccontextmanager
async def fault_proxy(
    upstream: str, seed: int, *, doors: int, adrift_seconds: float
) -> AsyncIterator[FaultProxy]:
    """A proxy with so many doors, each on a free port."""
    proxy = FaultProxy(upstream, seed, adrift_seconds)
    servers = []
    for door in range(doors):
        servers.append(await asyncio.start_server(partial(proxy.handle, door), "127.0.0.1", 0))
        proxy.doors.append(f"http://127.0.0.1:{servers[-1].sockets[0].getsockname()[1]}")
    try:
        yield proxy
    finally:
        for server in servers:
            server.close()
        await proxy.close()
