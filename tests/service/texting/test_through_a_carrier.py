"""Texts through a real Kannel to a carrier that speaks SMPP, STOP in sixty spellings back, kills in between.

By the carrier's own journal none is lost and none comes twice. `make campaigns NAME=carrier` sends 1,000.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import func, select

from care_console.service.app import make_app
from care_console.service.consent.tables import consent_states
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from care_console.service.texting.queueing import QueuedText, queue
from care_console.service.texting.tables import texts
from care_console.service.wiring import wired
from care_console.service.worker import run_worker
from tests.support.desks import until
from tests.support.kannel import Kannels, kannel, missing_tools
from tests.support.served import served

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(400)]
MANY = int(os.environ.get("CAMPAIGN_TEXTS", "150"))
BODY = "A voice message waits for you: mvm.example/m/K7Q2. STOP ends texts."
_WORDS = (
    "STOP",
    "Quit",
    "END",
    "revoke",
    "OPT OUT",
    "cancel",
    "Unsubscribe",
    "STOPALL",
    "alto",
    "parar",
    "baja",
    "no más",
)
_WAYS = ("{}", "{}.", " {}\n", "{}!!! 🛑", "please {}")
# `quit`, `end` and `cancel` count only as the whole message: with a courtesy, STOP takes their place
STOPS = tuple(
    way.format("stop" if way.startswith("please") and word.lower() in ("quit", "end", "cancel") else word)
    for word in _WORDS
    for way in _WAYS
)


@dataclass(frozen=True)
class Line:
    """The service, Kannel and the carrier, all at work."""

    services: Services
    kannel: Kannels

    def handed(self) -> Counter[str]:
        """How many link texts each phone got, by the carrier's journal."""
        return Counter(f"+{line['to']}" for line in self.kannel.handed if line["text"] == BODY)

    async def say(self, said: list[tuple[str, str]]) -> None:
        """So many people text us, each from a phone."""
        for phone, words in said:
            await self.kannel.say(phone, words)

    async def counts(self) -> Counter[str]:
        """How many of our texts stand where."""
        async with self.services.database.begin() as connection:
            query = select(texts.c.status, func.count()).where(texts.c.direction == "out")
            return Counter(
                {row[0]: row[1] for row in await connection.execute(query.group_by(texts.c.status))}
            )

    async def suppressed(self) -> set[str]:
        """The numbers that are opted out."""
        async with self.services.database.begin() as connection:
            query = select(consent_states.c.phone).where(consent_states.c.state == "opted_out")
            return set((await connection.execute(query)).scalars())


@pytest_asyncio.fixture
async def line(
    database_url: str, settings: Settings, clock: SettableClock, tmp_path: Path
) -> AsyncIterator[Line]:
    """Everything up; the worker and the callbacks are in this process, Kannel and the carrier are not."""
    missing = missing_tools()
    if missing:
        pytest.fail(f"install {' and '.join(missing)}: this test uses a real Kannel and a real carrier")
    inner: list[FastAPI] = []

    async def app(scope: object, receive: object, send: object) -> None:
        await inner[0](scope, receive, send)  # type: ignore[arg-type]

    async with served(app) as url, kannel(tmp_path, url) as running:
        told = {
            "kannel_url": running.url,
            "kannel_password": "of-the-tests",
            "callback_url": url,
            "texts_per_second": 1000.0,
        }
        ours = Settings.model_validate(settings.model_dump() | told)
        async with wired(ours, database_url, clock=clock) as services:
            inner.append(make_app(services))
            working = asyncio.create_task(run_worker(services))
            try:
                yield Line(services, running)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)


async def _queue(line: Line, phones: list[str]) -> None:
    async with line.services.database.begin() as connection:
        ctx = line.services.context(connection, SYSTEM, "test")
        for phone in phones:
            await queue(ctx, QueuedText(phone, "link", body=BODY, send_after=ctx.now))


async def test_none_is_lost_and_none_comes_twice_though_kannel_is_killed(
    line: Line, clock: SettableClock
) -> None:
    phones = [f"+1214556{number:04}" for number in range(MANY)]
    sayers = [f"+1214557{number:04}" for number in range(len(STOPS))]
    said = list(zip(sayers, STOPS, strict=True))
    before, after = phones[: 2 * MANY // 3], phones[2 * MANY // 3 :]
    await _queue(line, before)
    await line.say(said[:20])
    # the box that takes texts dies in the middle of it, and what it was asked has no answer
    await until(lambda: len(line.handed()) >= MANY // 3, 120)
    await line.kannel.kill_smsbox()
    await line.kannel.start_smsbox()
    await _settle(line, clock)
    # all of it dies, people go on texting, and texts are queued meanwhile. Not while one is between the two:
    # a gateway that dies before it has read the carrier's answer sends that one again: SMPP leaves no choice
    await line.kannel.kill()
    await line.say(said[20:40])
    await _queue(line, after)
    await line.kannel.start()
    await line.say(said[40:])
    everybody = set(sayers)
    async with asyncio.timeout(120):
        while await line.suppressed() != everybody:  # noqa: ASYNC110 - other processes bring it about
            await asyncio.sleep(0.1)
    await until(lambda: len(line.handed()) == MANY, 120)
    await _settle(line, clock)
    assert line.handed() == Counter(phones)
    confirmed = Counter(f"+{one['to']}" for one in line.kannel.handed if one["text"] != BODY)
    assert confirmed == Counter(sayers)


async def _settle(line: Line, clock: SettableClock) -> None:
    """Until each text has its receipt: those in doubt once their validity is over."""
    waited = 0
    async with asyncio.timeout(200):
        while (counts := await line.counts()).keys() - {"delivered"}:
            await asyncio.sleep(0.2)
            waited += 1
            if waited % 50 == 0 and counts["sending"]:
                clock.advance(timedelta(minutes=7))
