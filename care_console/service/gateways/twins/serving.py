"""A twin as a process: it says `listening on http://HOST:PORT`, and serves until told to stop."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette

from care_console.service.gateways.twins.connections import DroppableProtocol


def serve(application: Starlette, host: str, port: int) -> None:
    """Serves; port 0 picks a free one."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        config = uvicorn.Config(
            application,
            http=DroppableProtocol,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
        _Server(config).run(sockets=[listening])


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or []:
            host, port = listening.getsockname()[:2]
            print(f"listening on http://{host}:{port}", flush=True)  # noqa: T201
