"""On a real socket: what was answered is stored, desks hear of it, failures are told, logs are silent."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import func, select, text

from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.service.consent.tables import consent_events
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.foundation.tables import idempotency_keys
from care_console.service.links.tables import links
from care_console.service.recipients.tables import notes
from care_console.service.refunds.tables import refunds
from care_console.service.staff.rules import add_staff
from tests.service.conftest import PASSWORD, clock, services, settings
from tests.support import builders
from tests.support.web_process import WebProcess, signed_in, web_process

__all__ = ["clock", "services", "settings"]
pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(600)]

PHONE = "+12145550142"
NAME = "María Xochitl Delgado"
WORDS = "ya no me manden mensajes"
KILLS = int(os.environ.get("CARE_TEST_KILLS", "4"))
AT_ONCE = 8


@pytest_asyncio.fixture
async def staffed(services: Services) -> Services:
    """The parts on the database that the processes use, with a person for each role."""
    async with services.database.begin() as connection:
        for role in Role:
            await add_staff(services.context(connection, SYSTEM, "test"), role.value, role, PASSWORD)
    return services


async def a_recipient(services: Services) -> int:
    async with services.database.begin() as connection:
        return await builders.a_recipient(
            services.context(connection, SYSTEM, "test"), phone=PHONE, name=NAME
        )


def stop(phone: str = PHONE) -> dict[str, str]:
    return {"phone": phone, "words": WORDS, "received_at": "2026-11-20T17:00:00Z"}


def keyed(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid4())}


Act = tuple[str, dict[str, Any], str]


async def acts(services: Services, count: int) -> list[Act]:
    """As many different things to do, each with its key."""
    made: list[Act] = []
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        for number in range(count):
            key, kind = str(uuid4()), number % 4
            if kind == 0:
                made.append(("/v1/opt-outs", stop(f"+1214555{number:04}"), key))
                continue
            message = await builders.a_message(ctx)
            charge = await builders.a_charge(ctx, message)
            recipient = await builders.a_recipient(ctx)
            asked = {"amount_cents": 1, "reason": "goodwill", "note": "", "expected_refunded_cents": 0}
            made.append(
                [
                    (f"/v1/recipients/{recipient}/notes", {"text": f"note {number}"}, key),
                    (f"/v1/messages/{message}/links", {"reason": "lost"}, key),
                    (f"/v1/charges/{charge}/refunds", asked, key),
                ][kind - 1]
            )
    return made


async def send(
    client: httpx.AsyncClient, todo: list[Act], answered: list[str], enough: Callable[[], None]
) -> None:
    while todo:
        path, body, key = todo.pop()
        with contextlib.suppress(httpx.TransportError):
            answer = await client.post(path, json=body, headers=keyed(key))
            assert answer.status_code in (201, 202), answer.text
            answered.append(key)
            enough()


async def stored(services: Services) -> tuple[set[str], int]:
    """The keys that were answered for, and how many things are there that were done for them."""
    async with services.database.begin() as connection:
        keys = await connection.execute(select(idempotency_keys.c.key))
        made = 0
        for table in (consent_events, notes, links, refunds):
            made += (await connection.execute(select(func.count()).select_from(table))).scalar_one()
        return {row.key for row in keys}, made


async def test_what_was_answered_is_stored_though_the_process_is_killed(
    staffed: Services, database_url: str, tmp_path: Path
) -> None:
    everything: list[Act] = []
    answered: list[str] = []
    for _ in range(KILLS):
        process = WebProcess(database_url, tmp_path)
        client = await signed_in(process.url, "supervisor", PASSWORD)
        todo = await acts(staffed, 40)
        everything += todo
        until = len(answered) + random.randint(4, 12)

        def kill_when_enough(process: WebProcess = process, until: int = until) -> None:
            if len(answered) == until:
                process.end(signal.SIGKILL)

        before = len(answered)
        working = [send(client, todo, answered, kill_when_enough) for _ in range(AT_ONCE)]
        await asyncio.wait_for(asyncio.gather(*working), 60)
        assert len(answered) > before
        await client.aclose()
        assert set(answered) <= (await stored(staffed))[0]
    # Sent again with its key, each is done once, whether its answer was lost, or it never began.
    with web_process(database_url, tmp_path) as process:
        client = await signed_in(process.url, "supervisor", PASSWORD)
        await send(client, list(everything), [], lambda: None)
        await client.aclose()
    keys, made = await stored(staffed)
    assert keys == {key for _, _, key in everything}
    assert made == len(everything)


class Desk:
    """Somebody's event stream, read as it comes."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.events: list[str] = []
        self.listens = asyncio.Event()
        self.heard = asyncio.Condition()
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async with self.client.stream("GET", "/v1/events", timeout=60) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                self.listens.set()
                if line.startswith("event: "):
                    async with self.heard:
                        self.events.append(line.removeprefix("event: "))
                        self.heard.notify_all()

    async def hears(self, *kinds: str) -> None:
        async with self.heard:
            wanted = self.heard.wait_for(lambda: set(kinds) <= set(self.events))
            await asyncio.wait_for(wanted, 10)


@contextlib.asynccontextmanager
async def desks(url: str, *logins: str) -> AsyncIterator[list[Desk]]:
    made = [Desk(await signed_in(url, login, PASSWORD)) for login in logins]
    try:
        for desk in made:
            await asyncio.wait_for(desk.listens.wait(), 10)
        yield made
    finally:
        for desk in made:
            desk.reading.cancel()
        await asyncio.gather(*(desk.reading for desk in made), return_exceptions=True)
        for desk in made:
            await desk.client.aclose()


async def test_desks_hear_what_they_may_until_they_sign_out(
    staffed: Services, database_url: str, tmp_path: Path
) -> None:
    recipient = await a_recipient(staffed)
    with web_process(database_url, tmp_path) as process:
        async with desks(process.url, "specialist", "administrator", "auditor") as (desk, admin, auditor):
            actor = await signed_in(process.url, "supervisor", PASSWORD)
            assert (await actor.post("/v1/opt-outs", json=stop(), headers=keyed())).status_code == 201
            await desk.hears("consent", "recipient")
            desk.events.clear()
            told = await actor.post(
                f"/v1/recipients/{recipient}/notes", json={"text": "called"}, headers=keyed()
            )
            assert told.status_code == 201
            await desk.hears("recipient")
            # Nothing but the end of the sessions reaches who may not see it, and that ends the stream. An
            # auditor reads the opt-out log, and so hears of it.
            for one in (admin, auditor, desk):
                assert (await one.client.delete("/v1/session")).status_code == 204
                await asyncio.wait_for(one.reading, 5)
            assert "recipient" not in admin.events + auditor.events
            assert "consent" not in admin.events
            assert "consent" in auditor.events
            await actor.aclose()


async def test_a_stream_goes_on_when_another_session_of_the_same_person_ends(
    staffed: Services, database_url: str, tmp_path: Path
) -> None:
    await a_recipient(staffed)
    with web_process(database_url, tmp_path) as process:
        async with desks(process.url, "specialist") as (desk,):
            other = await signed_in(process.url, "specialist", PASSWORD)
            assert (await other.delete("/v1/session")).status_code == 204
            await other.aclose()
            actor = await signed_in(process.url, "supervisor", PASSWORD)
            await actor.post("/v1/opt-outs", json=stop(), headers=keyed())
            await desk.hears("recipient")
            await actor.aclose()


async def end_whoever_waits(database_url: str) -> None:
    """End the one connection that waits for the number's lock, once there is one."""
    waiting = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        deadline = asyncio.get_running_loop().time() + 20
        ended: list[Any] = []
        while not ended and asyncio.get_running_loop().time() < deadline:
            ended = await (await connection.execute(waiting)).fetchall()
        assert ended


async def test_a_connection_lost_in_the_middle_is_a_problem_and_sent_again_is_done(
    staffed: Services, database_url: str, tmp_path: Path
) -> None:
    with web_process(database_url, tmp_path) as process:
        client = await signed_in(process.url, "specialist", PASSWORD)
        async with staffed.database.begin() as connection:
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:number, 0))")
            await connection.execute(lock, {"number": f"number:{PHONE}"})
            asked = asyncio.create_task(client.post("/v1/opt-outs", json=stop(), headers=keyed("one")))
            await end_whoever_waits(database_url)
            lost = await asked
        assert lost.status_code == 503
        assert lost.headers["content-type"] == "application/problem+json"
        assert lost.json()["type"] == ProblemType.UNAVAILABLE.uri
        again = await client.post("/v1/opt-outs", json=stop(), headers=keyed("one"))
        assert again.status_code == 201
        await client.aclose()


async def test_slow_and_endless_senders_keep_nothing_from_others(
    staffed: Services, database_url: str, tmp_path: Path
) -> None:
    with web_process(database_url, tmp_path) as process:
        host, port = process.url.removeprefix("http://").split(":")
        slow = [await asyncio.open_connection(host, int(port)) for _ in range(40)]  # twice the pool
        for _, writer in slow:
            writer.write(b"POST /v1/session HTTP/1.1\r\nHost: service\r\nContent-Length: 100\r\n\r\n{")
            await writer.drain()
        client = await signed_in(process.url, "specialist", PASSWORD)
        wrong = {"login": "specialist", "password": "wrong"}
        # One after another: many passwords at once would wait for each other, not for the slow.
        many = [await client.post("/v1/session", json=wrong) for _ in range(12)]
        assert {answer.status_code for answer in many} <= {401, 429}

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(2000):
                yield b" " * 1000

        answer = await client.post("/v1/opt-outs", content=endless(), headers=keyed())
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        for _, writer in slow:
            writer.close()
        await client.aclose()


async def test_the_log_is_lines_of_json_without_anybodys_words(
    staffed: Services, database_url: str, tmp_path: Path
) -> None:
    recipient = await a_recipient(staffed)
    with web_process(database_url, tmp_path) as process:
        client = await signed_in(process.url, "specialist", PASSWORD)
        assert (await client.get("/v1/search", params={"q": f"{NAME} {PHONE}"})).status_code == 200
        assert (await client.get(f"/v1/recipients/{recipient}")).status_code == 200
        assert (await client.post("/v1/opt-outs", json=stop(), headers=keyed())).status_code == 201
        assert (await client.post("/v1/opt-outs", json=stop() | {"words": "\x00"}, headers=keyed())).is_error
        async with staffed.database.begin() as connection:
            await connection.execute(text("ALTER TABLE notes ADD CONSTRAINT broken CHECK (text = 'x')"))
        note = f"/v1/recipients/{recipient}/notes"
        broken = await client.post(note, json={"text": WORDS}, headers=keyed())
        assert broken.status_code == 500
        assert broken.json()["type"] == ProblemType.INTERNAL.uri
        token = client.headers["Authorization"].removeprefix("Bearer ")
        await client.aclose()
        raw, lines = process.log.read_text(), process.lines()
    for theirs in (PHONE, PHONE[2:], "Xochitl", "manden", PASSWORD, token, "specialist", "?q="):
        assert theirs not in raw
    asked = [line for line in lines if line["event"] == "request"]
    assert {"method", "route", "status", "ms", "level", "timestamp", "event"} == set(asked[0])
    assert ("GET", "/v1/search", 200) in {(one["method"], one["route"], one["status"]) for one in asked}
    assert ("POST", "/v1/recipients/{recipient_id}/notes", 500) in {
        (one["method"], one["route"], one["status"]) for one in asked
    }
    [bug] = [line for line in lines if line["event"] == "request.failed"]
    assert bug["report"] in broken.json()["detail"]
    assert [one["code"] for one in bug["error"]] == [None, "23514"]
    assert any("notes/rules.py" in place for place in bug["error"][0]["at"])
