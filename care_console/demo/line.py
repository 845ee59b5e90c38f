"""The line between desk and service, which the demo can cut and mend: a forwarder on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any
from urllib.parse import urlsplit

_CHUNK = 65_536
_PATIENCE_SECONDS = 10.0


class Line:
    """Forwards one address of this machine to another. While it is cut, nothing listens or is open."""

    def __init__(self, loop: asyncio.AbstractEventLoop, server: str) -> None:
        self._loop = loop
        self._target = urlsplit(server)
        self._port = 0
        self._listening: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where a desk reaches the service through it."""
        return f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        """Listen, on the same port as before. Done when it returns."""
        self._do(self._mend())

    def cut(self) -> None:
        """Refuse what comes, and end what is open. Done when it returns."""
        self._do(self._cut())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)

    async def _mend(self) -> None:
        if self._listening is None:
            self._listening = await asyncio.start_server(self._forward, "127.0.0.1", self._port)
            self._port = self._listening.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            async with self._to_the_service() as (back, forth), asyncio.TaskGroup() as both:
                both.create_task(_pour(reader, forth))
                both.create_task(_pour(back, writer))
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            # Whichever side ended it, be it the cut itself: the desk sees its connection end, as it should.
            writer.transport.abort()
        finally:
            self._open.discard(task)
            writer.close()

    @contextlib.asynccontextmanager
    async def _to_the_service(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK):
        sink.write(chunk)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()


@contextlib.contextmanager
def line_to(server: str) -> Iterator[Line]:
    """A line that is whole; cut for good at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="line", daemon=True)
    thread.start()
    line = Line(loop, server)
    try:
        line.mend()
        yield line
    finally:
        line.cut()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_SECONDS)
        loop.close()
