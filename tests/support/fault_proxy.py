"""Stands between a desk and a service on real sockets, and loses what it is told to lose."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
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
    UNAVAILABLE = "unavailable"
    TOO_MANY = "too_many"
    DELAY = "delay"
    RESET = "reset"
    SLICES = "slices"
    STALE = "stale"
    TWICE = "twice"


_PAGE = b"<html><body>Bad gateway</body></html>"
_LATE_SECONDS = 2.0
_MOST_KEPT = 1 << 20
_TLS_HANDSHAKE_FAILED = b"\x15\x03\x03\x00\x02\x02\x28"
_CANNED = {
    Fault.BAD_GATEWAY: b"HTTP/1.1 502 Bad Gateway\r\n",
    Fault.NONSENSE: b"HTTP/1.1 200 OK\r\n",
    Fault.UNAVAILABLE: b"HTTP/1.1 503 Service Unavailable\r\n",
    Fault.TOO_MANY: b"HTTP/1.1 429 Too Many Requests\r\n",
}


@dataclass
class _Plan:
    fault: Fault
    start: str
    times: int


@dataclass
class FaultProxy:
    """One exchange a connection. `seen`: the request lines that came, in their order. `tls`: what it shows

    to the desk, where it speaks TLS to it.
    """

    upstream: str
    port: int = 0
    tls: ssl.SSLContext | None = None
    seen: list[str] = field(default_factory=list)
    _plans: list[_Plan] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _answers: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def plan(self, fault: Fault, start: str, times: int = 1) -> None:
        """Let the next exchanges whose request line starts so go wrong."""
        self._plans.append(_Plan(fault, start, times))

    def forget_plans(self) -> None:
        """Let nothing more go wrong."""
        self._plans.clear()

    async def open(self) -> None:
        """Listen, on the same port each time."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def open_without_tls(self) -> None:
        """Listen, and end every handshake with an alert."""

        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1024)
            writer.write(_TLS_HANDSHAKE_FAILED)
            writer.close()

        self._server = await asyncio.start_server(refuse, "127.0.0.1", self.port)

    def cut_streams(self) -> None:
        """Break every connection that stands."""
        for task in tuple(self._tasks):
            task.cancel()

    async def shut(self) -> None:
        """Refuse connections, and break those that stand."""
        if self._server is not None:
            self._server.close()
        self.cut_streams()
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
        if fault is Fault.RESET:
            return writer.transport.abort()
        if fault is Fault.DELAY:
            await asyncio.sleep(_LATE_SECONDS)
        asked = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body
        kind = " ".join(lines[0].split("?")[0].split()[:2])
        if fault is Fault.STALE and kind in self._answers:
            writer.write(self._answers[kind])
            return await writer.drain()
        if fault is Fault.TWICE:
            await self._pass_on(asked, None, None)
        answer = await self._pass_on(asked, writer, fault)
        if "/v1/events" not in kind:
            self._answers[kind] = answer
        return None

    async def _pass_on(self, asked: bytes, writer: asyncio.StreamWriter | None, fault: Fault | None) -> bytes:
        """Ask the service, and hand on what it says as it comes; all of it."""
        place, whole = urlsplit(self.upstream), bytearray()
        up_reader, up_writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            up_writer.write(asked)
            await up_writer.drain()
            while chunk := await up_reader.read(65536):
                if len(whole) < _MOST_KEPT:
                    whole += chunk
                if writer is not None and fault is not Fault.LOSE_REPLY:
                    for part in _parts(chunk, 1 if fault is Fault.SLICES else len(chunk)):
                        writer.write(part)
                        await writer.drain()
        finally:
            up_writer.close()
        return bytes(whole)

    def _fault(self, line: str) -> Fault | None:
        for plan in self._plans:
            if plan.times > 0 and line.startswith(plan.start):
                plan.times -= 1
                return plan.fault
        return None


def _parts(chunk: bytes, length: int) -> list[bytes]:
    return [chunk[at : at + length] for at in range(0, len(chunk), length)]


@contextlib.asynccontextmanager
async def fault_proxy(upstream: str) -> AsyncIterator[FaultProxy]:
    """Run one before a service, on this loop."""
    proxy = FaultProxy(upstream)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.shut()
