"""An application on a real socket of this process, for what must be called by another one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Its address, for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[held]))
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag alone
                await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{held.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
