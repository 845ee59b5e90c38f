"""An answer's head waits for the first of its body, and both go out at once, in one piece.

The web server hands them over in two. Each is a call of the system, and wakes whoever waits for the answer: a
client woken by the head only waits again for the body. Of a short answer that is a tenth of its whole time.
"""

from __future__ import annotations

import asyncio
from typing import Any

_MOST_HELD = 65_536
"""More is handed on at once: then it is the transport that says when the other side is slow."""


class OnePieceTransport:
    """A transport that holds what is written until more is, or until the loop's next turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""
        self._turn: asyncio.Handle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold it, or write it at once with what is held: whoever waits for an answer does not wait for what
        is done behind it."""
        if self._turn is not None or len(data) > _MOST_HELD:
            self._hand_on(data)
        else:
            self._held = data
            self._turn = self._loop.call_soon(self._hand_on)

    def close(self) -> None:
        """Close it once all that was written has gone out."""
        if self._turn is not None:
            self._hand_on()
        self._transport.close()

    def _hand_on(self, more: bytes = b"") -> None:
        held, turn = self._held, self._turn
        self._held, self._turn = b"", None
        if turn is not None:
            turn.cancel()
        if not self._transport.is_closing():  # whoever asked may be gone by now
            self._transport.writelines((held, more))
