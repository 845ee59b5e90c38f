"""A twin on a real socket, our adapter on it, and Stripe's own document looking over both their shoulders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest_asyncio

from care_console.service.gateways.cards.stripe import StripeCards
from tests.gateways.cards import stripe_schema
from tests.support.card_twin import CardTwin, card_twin


class Exchanges:
    """What an adapter sent and got, judged by Stripe's document at the end of the test."""

    def __init__(self) -> None:
        self.seen: list[httpx.Response] = []

    async def note(self, response: httpx.Response) -> None:
        await response.aread()
        self.seen.append(response)

    def faults(self) -> list[str]:
        found: list[str] = []
        for response in self.seen:
            method, path = response.request.method, response.request.url.path
            fields = response.request.content.decode() or response.request.url.query.decode()
            wrong = stripe_schema.faults_of_request(method, path, fields)
            wrong += stripe_schema.faults_of_answer(method, path, response.status_code, response.json())
            found += [f"{method} {path}: {one}" for one in wrong]
        return found


def adapter(twin: CardTwin, exchanges: Exchanges, **more: Any) -> StripeCards:
    """Our adapter on a twin; all that passes is noted."""
    cards = StripeCards("sk_test_tests", twin.secret, twin.url, **more)
    assert cards._http._client_async is not None
    cards._http._client_async.event_hooks["response"].append(exchanges.note)
    return cards


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    """Waits for a condition, with a limit."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what we wait for happens in another process
            await asyncio.sleep(0.02)


@pytest_asyncio.fixture
async def twin() -> AsyncIterator[CardTwin]:
    async with card_twin() as running:
        yield running


@pytest_asyncio.fixture
async def exchanges() -> AsyncIterator[Exchanges]:
    noted = Exchanges()
    yield noted
    assert noted.faults() == []


@pytest_asyncio.fixture
async def cards(twin: CardTwin, exchanges: Exchanges) -> AsyncIterator[StripeCards]:
    made = adapter(twin, exchanges)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_twin() -> AsyncIterator[CardTwin]:
    async with card_twin() as running:
        yield running
