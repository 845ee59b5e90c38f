"""Stands between a desk and a service on real sockets, and loses what it is told to lose."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit


class Fault(StrEnum):
    """What goes wrong with an exchange."""

    LOSE_REQUEST = "lose_request"
    LOSE_REPLY = "lose_reply"
    HANG = "hang"
    BAD_GATEWAY = "bad_gateway"
    NONSENSE = "nonsense"


_PAGE = b"<html><body>Bad gateway</body></html>"
_CANNED = {
    Fault.BAD_GATEWAY: b"HTTP/1.1 502 Bad Gateway\r\n",
    Fault.NONSENSE: b"HTTP/1.1 200 OK\r\n",
}


@dataclass
class _Plan:
    fault: Fault
    start: str
    times: int


@dataclass
class FaultProxy:
    """One exchange a connection. `seen`: the request lines that came, in their order."""

    upstream: str
    port: int = 0
    seen: list[str] = field(default_factory=list)
    _plans: list[_Plan] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def plan(self, fault: Fault, start: str, times: int = 1) -> None:
        """Let the next exchanges whose request line starts so go wrong."""
        self._plans.append(_Plan(fault, start, times))

    def forget_plans(self) -> None:
        """Let nothing more go wrong."""
        self._plans.clear()

    async def open(self) -> None:
        """Listen, on the same port each time."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Refuse connections, and break those that stand."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # cancelled by `shut`: the line is cut
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = [line for line in head.split("\r\n") if line and not line.lower().startswith("connection:")]
        length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        self.seen.append(lines[0])
        fault = self._fault(lines[0])
        if fault is Fault.LOSE_REQUEST:
            return None
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        if fault in _CANNED:
            answer = _CANNED[fault] + b"Content-Type: text/html\r\nConnection: close\r\n"
            writer.write(answer + f"Content-Length: {len(_PAGE)}\r\n\r\n".encode() + _PAGE)
            return await writer.drain()
        place = urlsplit(self.upstream)
        up_reader, up_writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            up_writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
            await up_writer.drain()
            while chunk := await up_reader.read(65536):
                if fault is not Fault.LOSE_REPLY:
                    writer.write(chunk)
                    await writer.drain()
        finally:
            up_writer.close()

    def _fault(self, line: str) -> Fault | None:
        for plan in self._plans:
            if plan.times > 0 and line.startswith(plan.start):
                plan.times -= 1
                return plan.fault
        return None


@contextlib.asynccontextmanager
async def fault_proxy(upstream: str) -> AsyncIterator[FaultProxy]:
    """Run one before a service, on this loop."""
    proxy = FaultProxy(upstream)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.shut()
