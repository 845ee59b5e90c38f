"""An export: its entry first, one snapshot, no connection held by a slow reader, never half and yet whole."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import insert, select, text
from starlette.types import Message

from care_console.contract.audit import Action
from care_console.contract.roles import Role
from care_console.service.audit.tables import audit_entries
from care_console.service.consent import api, exports
from care_console.service.consent.exports import Exports, Format
from care_console.service.consent.log import OptOutFilter
from care_console.service.consent.tables import consent_events
from care_console.service.foundation import spool as spooling
from care_console.service.foundation.services import Services
from care_console.service.foundation.spool import CHUNK_BYTES, Spool, SpooledResponse
from tests.service.conftest import NOON, SignIn
from tests.service.consent.logs import sheets_of
from tests.support.desks import until

pytestmark = pytest.mark.asyncio
FORMATS = list(Format)


async def many(services: Services, count: int, words: str = "STOP") -> None:
    async with services.database.begin() as connection:
        await connection.execute(
            insert(consent_events),
            [
                {
                    "phone": f"+1214555{number % 10000:04}",
                    "kind": "opt_out",
                    "channel": "sms",
                    "words": words,
                    "received_at": NOON - timedelta(seconds=number),
                    "effective_at": NOON - timedelta(seconds=number),
                    "actor": "recipient",
                }
                for number in range(count)
            ],
        )


async def connections_of(services: Services) -> int:
    """How many connections to this database run a statement or hold a transaction, this one aside."""
    async with services.database.begin() as connection:
        found = await connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction')"
            )
        )
        count: int = found.scalar_one()
    return count


class Reader:
    """Takes what a response sends, as slowly as a test likes."""

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)
        if message.get("body"):
            await self.may_go_on.wait()

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing comes")

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)


def response(services: Services, tmp_path: Path, format: Format, wanted: OptOutFilter) -> SpooledResponse:
    async def make(spool: Spool) -> None:
        await Exports().make(format, services.database.url, wanted, spool)

    return SpooledResponse(make, tmp_path, media_type="text/csv", headers={})


async def no_connection_is_left(services: Services) -> None:
    """Wait until the server has let the export's connection go: it does so a moment after it was closed."""
    async with asyncio.timeout(30):
        while await connections_of(services):  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("format", FORMATS)
async def test_a_slow_reader_holds_no_connection_and_no_snapshot(
    services: Services, tmp_path: Path, format: Format
) -> None:
    await many(services, 3000, words="x" * 500)  # several chunks
    reader = Reader()
    answer = response(services, tmp_path, format, OptOutFilter())
    sending = asyncio.create_task(answer({"type": "http", "asgi": {}}, reader.receive, reader.send))
    await until(lambda: reader.body)
    await no_connection_is_left(services)
    assert not sending.done()
    reader.may_go_on.set()
    await sending
    assert reader.messages[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    rows = reader.body.count(b"\n") - 1 if format is Format.CSV else len(sheets_of(reader.body)[0])
    assert rows == 3000


@pytest.mark.parametrize("format", FORMATS)
async def test_who_goes_away_ends_the_making(services: Services, tmp_path: Path, format: Format) -> None:
    await many(services, 3000, words="x" * 500)
    reader = Reader()
    answer = response(services, tmp_path / "spool", format, OptOutFilter())
    sending = asyncio.create_task(answer({"type": "http", "asgi": {}}, reader.receive, reader.send))
    await until(lambda: reader.messages)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await no_connection_is_left(services)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "making a download"]
    assert await asyncio.to_thread(os.listdir, tmp_path / "spool") == []


async def test_a_reader_that_stalls_is_broken_off(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "STALLED_SECONDS", 0.05)
    await many(services, 3)
    reader = Reader()
    answer = response(services, tmp_path, Format.CSV, OptOutFilter())
    with pytest.raises((TimeoutError, BaseExceptionGroup)):
        await answer({"type": "http", "asgi": {}}, reader.receive, reader.send)
    assert reader.messages[-1].get("more_body") is True


async def test_what_fails_in_the_middle_never_ends_like_what_is_whole(
    app: FastAPI, sign_in: SignIn, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a real socket: the reader is told by its connection, whatever has come by then."""

    async def half(_format: Format, _url: str, _wanted: OptOutFilter, spool: Spool) -> None:
        await spool.write(b"id,phone\n" * CHUNK_BYTES)
        raise ConnectionError("the database went away")

    token = (await sign_in(Role.AUDITOR)).headers["Authorization"]
    monkeypatch.setattr(api._exports, "make", half)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        headers = {"Authorization": token}
        async with httpx.AsyncClient(trust_env=False, headers=headers, timeout=60) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"http://127.0.0.1:{port}/v1/opt-outs.csv")
    finally:
        server.should_exit = True
        await serving


async def test_the_entry_is_committed_before_the_first_byte(
    app: FastAPI, sign_in: SignIn, services: Services
) -> None:
    client = await sign_in(Role.AUDITOR)
    seen: list[int] = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Message) -> None:
            # Another connection sees only what is committed.
            async with services.database.begin() as connection:
                found = select(audit_entries.c.id).where(
                    audit_entries.c.action == Action.OPT_OUT_LOG_EXPORTED
                )
                seen.append(len((await connection.execute(found)).all()))
            await send(message)

        await app(scope, receive, told)

    transport = httpx.ASGITransport(watched)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as other:
        for suffix in FORMATS:
            answer = await other.get(f"/v1/opt-outs.{suffix}", headers=client.headers)
            assert answer.headers["care-rows"] == "0"
            assert answer.headers["cache-control"] == "no-store"
            assert f".{suffix}" in answer.headers["content-disposition"]
    assert seen[0] == 1
    assert seen[-1] == 2


async def test_more_rows_than_a_sheet_holds_go_on_on_the_next(
    services: Services, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_A_SHEET", 7)
    client = await sign_in(Role.SUPERVISOR)
    for count, sizes in ((1, [1]), (7, [7]), (8, [7, 1]), (21, [7, 7, 7])):
        async with services.database.begin() as connection:
            have = len((await connection.execute(select(consent_events.c.id))).all())
        await many(services, count - have)
        answer = await client.get("/v1/opt-outs.xlsx")
        assert [len(sheet) for sheet in sheets_of(answer.content)] == sizes
    times = [row["effective_at"] for sheet in sheets_of(answer.content) for row in sheet]
    assert times == sorted(times, reverse=True)


async def test_only_so_many_are_made_at_once(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await sign_in(Role.AUDITOR)
    monkeypatch.setattr(api._exports, "_running", exports.AT_ONCE)
    answer = await client.get("/v1/opt-outs.csv")
    assert answer.status_code == 503
    assert "Nothing was exported" in answer.json()["detail"]


async def test_words_longer_than_a_cell_are_cut_where_the_cell_ends(
    services: Services, sign_in: SignIn
) -> None:
    await many(services, 1, words="x" * 40_000)
    client = await sign_in(Role.AUDITOR)
    [[row]] = sheets_of((await client.get("/v1/opt-outs.xlsx")).content)
    assert row["words"] == "x" * 32_766 + "…"
    assert "x" * 40_000 in (await client.get("/v1/opt-outs.csv")).text
