"""HTTP as uvicorn speaks it; what is asked at every key is answered in the turn of the loop that read it."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from care_console.service.foundation.at_once import begin
from care_console.service.foundation.one_piece import OnePieceTransport


class QuickHttpProtocol(HttpToolsProtocol):
    """One connection of a client."""

    _may_begin = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(OnePieceTransport(transport, self.loop))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Read. Of several requests in one piece the first is begun at once: the others have their turns."""
        self._may_begin = True
        try:
            super().data_received(data)
        finally:
            self._may_begin = False

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        if not self._may_begin:
            super()._start_asgi_task(cycle, app)
            return
        self._may_begin = False
        task = begin(cycle.run_asgi(app), self.loop)
        if task is not None:
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)
