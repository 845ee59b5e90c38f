"""What does not wait is answered in the turn that read it: with a later web server, too, or this says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from care_console.service.foundation.http_protocol import QuickHttpProtocol

ASKED = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n"


class _Transport:
    """The connection below, with what was written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def get_extra_info(self, name: str, default: object = None) -> object:
        return {"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 80)}.get(name, default)

    def writelines(self, pieces: list[bytes]) -> None:
        self.written.append(b"".join(pieces))

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def _app(scope: Scope, _receive: Receive, send: Send) -> None:
    if scope["path"] == "/waits":
        await asyncio.sleep(0)
    body = scope["path"].encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _connected() -> tuple[QuickHttpProtocol, list[bytes]]:
    config = Config(_app, log_config=None, access_log=False)
    config.load()
    transport: Any = _Transport()
    protocol = QuickHttpProtocol(config, ServerState(), {}, asyncio.get_running_loop())
    protocol.connection_made(transport)
    return protocol, transport.written


@pytest.mark.asyncio
async def test_what_does_not_wait_is_answered_at_once_and_the_rest_in_its_turn() -> None:
    protocol, written = _connected()
    protocol.data_received(ASKED % b"/one")
    assert [piece[-4:] for piece in written] == [b"/one"]
    protocol.data_received(ASKED % b"/waits")
    assert len(written) == 1
    await asyncio.gather(*protocol.tasks)
    assert [piece[-6:] for piece in written[1:]] == [b"/waits"]
    assert not protocol.tasks


@pytest.mark.asyncio
async def test_of_several_in_one_piece_the_first_alone_is_answered_at_once() -> None:
    protocol, written = _connected()
    protocol.data_received(b"".join(ASKED % path for path in (b"/one", b"/two", b"/six")))
    assert [piece[-4:] for piece in written] == [b"/one"]
    async with asyncio.timeout(5):
        while len(written) < 3:  # noqa: ASYNC110 - each has a turn of its own
            await asyncio.sleep(0)
    assert [piece[-4:] for piece in written] == [b"/one", b"/two", b"/six"]
