"""A download whose making never waits for whoever reads it: what is made goes to a nameless file at once.

A slow reader would otherwise hold a connection to the database, and its snapshot, for as long as they like.
This way the database is busy for as long as it needs, and what a reader holds is disk space.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Send

CHUNK_BYTES = 256 * 1024
STALLED_SECONDS = 60.0  # a reader that takes no chunk for so long is gone, or as good as
MOST_SECONDS = 3600.0  # and nobody holds the disk for longer than an hour

log = structlog.get_logger(__name__)


class Spool:
    """Bytes that one task writes and another reads, in order, at their own paces."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed in `close`
        self._size = 0
        self._is_whole = False
        self._moved = asyncio.Condition()

    async def write(self, data: bytes) -> None:
        """Add to the end."""
        async with self._moved:
            await asyncio.to_thread(self._append, data)
            self._size += len(data)
            self._moved.notify_all()

    async def take(self, file: IO[bytes]) -> None:
        """Have a file that is whole already in the place of what is here."""
        async with self._moved:
            self._file.close()
            self._file = file
            self._size = await asyncio.to_thread(file.seek, 0, 2)
            self._moved.notify_all()

    async def finish(self) -> None:
        """Nothing more comes."""
        async with self._moved:
            self._is_whole = True
            self._moved.notify_all()

    async def chunks(self) -> AsyncIterator[bytes]:
        """What there is, and what comes, until the end."""
        place = 0
        while True:
            async with self._moved:
                while self._size <= place and not self._is_whole:
                    await self._moved.wait()
                chunk = await asyncio.to_thread(self._at, place)
            if not chunk:
                return
            place += len(chunk)
            yield chunk

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()

    def _append(self, data: bytes) -> None:
        self._file.seek(0, 2)
        self._file.write(data)

    def _at(self, place: int) -> bytes:
        self._file.seek(place)
        return self._file.read(CHUNK_BYTES)


Make = Callable[[Spool], Awaitable[None]]


class SpooledResponse(StreamingResponse):
    """What `make` writes. Where it fails, or the reader stalls, the connection is broken off: an answer that
    is not whole never ends like one that is.
    """

    def __init__(self, make: Make, folder: Path, *, media_type: str, headers: Mapping[str, str]) -> None:
        self._spooled = _spooled(make, folder)
        super().__init__(self._spooled, media_type=media_type, headers=headers)

    async def stream_response(self, send: Send) -> None:
        """Send it, with patience that ends."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        ends_at = time.monotonic() + MOST_SECONDS
        async with aclosing(self._spooled) as chunks:
            await send(start)
            async for chunk in chunks:
                async with asyncio.timeout(min(STALLED_SECONDS, max(0.0, ends_at - time.monotonic()))):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _spooled(make: Make, folder: Path) -> AsyncGenerator[bytes, None]:
    spool = Spool(folder)

    async def filled() -> None:
        try:
            await make(spool)
        finally:
            await spool.finish()

    making = asyncio.create_task(filled(), name="making a download")
    try:
        async for chunk in spool.chunks():
            yield chunk
        await making  # its failure is the reader's: the answer breaks off here
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        spool.close()
