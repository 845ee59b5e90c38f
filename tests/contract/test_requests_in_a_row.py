"""Several requests on one connection of a real service, in whatever pieces: answered, each in its turn."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from care_console.contract.roles import Role
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.staff.rules import add_staff
from tests.service.conftest import PASSWORD, clock, services, settings
from tests.support import builders
from tests.support.web_process import WebProcess, signed_in, web_process

__all__ = ["clock", "services", "settings"]
pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]

PHONE = "+12145550142"
SECONDS = 30


@pytest_asyncio.fixture
async def web(services: Services, database_url: str, tmp_path: Path) -> AsyncIterator[WebProcess]:
    """The service, with a specialist and somebody to find."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await add_staff(ctx, "ana", Role.SPECIALIST, PASSWORD)
        await builders.a_recipient(ctx, phone=PHONE, name="O'Nguyễn-Smith <b>")
    with web_process(database_url, tmp_path) as process:
        yield process


async def token_of(web: WebProcess) -> str:
    client = await signed_in(web.url, "ana", PASSWORD)
    await client.aclose()
    return client.headers["Authorization"]


async def answers(web: WebProcess, pieces: list[bytes], count: int) -> list[tuple[int, bytes]]:
    """Send the pieces one after the other, and read so many answers."""
    where = urlsplit(web.url)
    async with asyncio.timeout(SECONDS):
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        given = [await one_answer(reader) for _ in range(count)]
        writer.close()
        return given


async def one_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    )
    return int(head[9:12]), await reader.readexactly(length)


def asked(path: str, token: str, *more: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: x", f"Authorization: {token}", *more, "", ""]
    return "\r\n".join(lines).encode()


async def test_they_are_answered_in_their_order_however_they_are_cut(web: WebProcess) -> None:
    token = await token_of(web)
    chance = random.Random(7)
    kinds = {
        "/v1/search?q=2145550142": (200, "phone (214) 555-0142"),
        "/v1/search?q=2145550143": (200, '"items":[]'),
        "/v1/search?q=smith": (200, "name"),
        "/v1/session": (200, '"login":"ana"'),
        "/v1/recipients/1": (200, PHONE),
        "/v1/recipients/999": (404, "problem"),
        "/healthz": (200, "alive"),
    }
    for _ in range(5):
        paths = chance.choices(list(kinds), k=60)
        sent = b"".join(asked(path, token) for path in paths)
        cuts = sorted(chance.sample(range(len(sent)), 5)) if chance.random() < 0.7 else []
        pieces = [sent[start:end] for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
        given = await answers(web, pieces, len(paths))
        for path, (status, body) in zip(paths, given, strict=True):
            wanted, word = kinds[path]
            assert (status, word in body.decode()) == (wanted, True), (path, status, body)


async def test_a_thousand_in_one_piece_are_answered_while_others_are_too(web: WebProcess) -> None:
    token = await token_of(web)
    many = asked("/v1/search?q=2145550142", token) * 1000
    crowd = asyncio.ensure_future(answers(web, [many], 1000))
    others = [await answers(web, [asked("/v1/search?q=0142", token)], 1) for _ in range(20)]
    assert {status for [(status, _)] in others} == {200}
    given = await crowd
    assert {status for status, _ in given} == {200}
    assert {json.loads(body)["items"][0]["phone"] for _, body in given} == {PHONE}


async def test_who_asks_for_the_end_of_the_connection_gets_the_answer_first(web: WebProcess) -> None:
    token = await token_of(web)
    where = urlsplit(web.url)
    async with asyncio.timeout(SECONDS):
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(asked("/v1/search?q=2145550142", token, "Connection: close"))
        assert (await one_answer(reader))[0] == 200
        assert await reader.read() == b""
        writer.close()


async def test_who_goes_before_the_answer_troubles_nobody(web: WebProcess) -> None:
    token = await token_of(web)
    where = urlsplit(web.url)
    async with asyncio.timeout(SECONDS):
        for _ in range(50):
            _, writer = await asyncio.open_connection(where.hostname, where.port)
            writer.write(asked("/v1/search?q=2145550142", token))
            writer.transport.abort()
        assert (await answers(web, [asked("/v1/search?q=2145550142", token)], 1))[0][0] == 200
    assert [line for line in web.lines() if line["level"] in ("error", "critical")] == []
