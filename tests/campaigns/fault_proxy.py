"""A proxy before the card processor that does to refunds what networks do: loses, repeats, delays, breaks."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

SOUND = "sound"
WEIGHTS = {
    SOUND: 60,
    "lost_before": 8,  # the connection ends before the processor hears of it
    "lost_reply": 10,  # it was done, and nobody is told
    "twice": 8,  # the request arrives two times
    "error_before": 7,  # a gateway's own 502, nothing was done
    "late": 5,  # two seconds later
    "adrift": 4,  # the connection ends, and the request arrives five seconds after that
}
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host"}


class FaultProxy:
    """Where it listens, and how often it did what."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self.requests = 0
        self._adrift: set[asyncio.Task[None]] = set()
        self.url = ""
        self._upstream = upstream
        self._chance = random.Random(seed)
        self._client = httpx.AsyncClient(timeout=30, trust_env=False)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, httpx.HTTPError):
            method, path, headers, body = await self._read(reader)
            answer = await self._answer(method, path, headers, body)
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

    async def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes | None:
        fault = SOUND
        if method == "POST" and path.startswith("/v1/refunds"):
            fault = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
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
        return None if fault == "lost_reply" else _raw(response)

    def _let_drift(self, call: dict[str, Any]) -> None:
        async def arrive() -> None:
            await asyncio.sleep(5)
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
async def fault_proxy(upstream: str, seed: int) -> AsyncIterator[FaultProxy]:
    """A proxy on a free port."""
    proxy = FaultProxy(upstream, seed)
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
