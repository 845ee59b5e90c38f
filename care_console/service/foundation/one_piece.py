"""An answer's head and body go out in one piece, where the web server hands them over in two.

Each piece is a call of the system, and wakes whoever waits for the answer: a client woken by the head
only waits again for the body. Of a short answer that is a tenth of its whole time.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_GATHERED = 65_536
"""More is handed on at once: then it is the transport that says when the other side is slow."""


class OnePieceTransport:
    """A transport that gathers what is written in one turn of the loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._gathered: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write it with whatever else is written in this turn of the loop."""
        if not self._gathered:
            self._loop.call_soon(self._hand_on)
        self._gathered.append(data)
        self._size += len(data)
        if self._size > _MOST_GATHERED:
            self._hand_on()

    def close(self) -> None:
        """Close it once all that was written has gone out."""
        self._hand_on()
        self._transport.close()

    def _hand_on(self) -> None:
        gathered, self._gathered, self._size = self._gathered, [], 0
        if gathered and not self._transport.is_closing():  # whoever asked may be gone by now
            self._transport.writelines(gathered)


class OnePieceProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, over such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(OnePieceTransport(transport, self.loop))  # type: ignore[arg-type]
