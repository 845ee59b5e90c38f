"""The service with the card processor's twin beside it, a message with its sound, and a browser of a kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import Table, select

from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.links.codes import new_code
from care_console.service.pages.api import throttle
from care_console.service.payments.tables import charges
from care_console.service.prepaid.rules import open_account
from care_console.service.settings import Settings
from tests.service.conftest import NOON, anonymous
from tests.support import builders
from tests.support.card_twin import CardTwin, card_twin
from tests.support.working import work_off

SOUND = bytes(range(256)) * 40
VISA, DECLINED = "4242424242424242", "4000000000000002"


@pytest_asyncio.fixture
async def twin() -> AsyncIterator[CardTwin]:
    """The processor's twin, at the time of the service's clock."""
    async with card_twin() as running:
        await running.clock((NOON - datetime.now(UTC)).total_seconds())
        yield running


@pytest.fixture
def settings(settings: Settings, twin: CardTwin) -> Settings:
    """The twin is our processor, and links lead to this service."""
    secret = type(settings.stripe_webhook_secret)
    return settings.model_copy(
        update={
            "stripe_url": twin.url,
            "stripe_webhook_secret": secret(twin.secret),
            "public_url": "http://service",
            "refund_reading_seconds": 0.0,
        }
    )


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with an English browser, who is nobody to us."""
    throttle._wrong.clear()
    async with anonymous(app) as client:
        client.headers["Accept-Language"] = "en-US,en;q=0.9"
        yield client


@dataclass(frozen=True)
class Shop:
    """Messages with their sound and their links, and what is stored of them."""

    services: Services
    twin: CardTwin
    browser: httpx.AsyncClient

    async def message(self, *, sound: bool = True, link: dict[str, Any] | None = None, **values: Any) -> str:
        """A message at $3.99 unless told otherwise; the code of its link."""
        code = new_code()
        async with self.services.database.begin() as connection:
            ctx = self.services.context(connection, SYSTEM, "test")
            if "recipient_id" not in values:
                values["recipient_id"] = await builders.a_recipient(ctx, language="en")
            id = await builders.a_message(ctx, **values)
            await builders.a_link(ctx, id, **{"code": code} | (link or {}))
            if sound:
                await builders.a_recording(
                    ctx, id, playable_key=f"playable/{code}", louder_key=f"louder/{code}"
                )
        if sound:
            await self.services.storage.put(f"playable/{code}", SOUND)
            await self.services.storage.put(f"louder/{code}", SOUND[::-1])
        return code

    async def account(self, phone: str, pin: str = "2468", cents: int = 1000) -> int:
        """A prepaid account."""
        async with self.services.database.begin() as connection:
            return await open_account(self.services.context(connection, SYSTEM, "test"), phone, pin, cents)

    async def pay(self, code: str, method: str = "card", **fields: str) -> httpx.Response:
        """Press a button of the page."""
        return await self.browser.post(f"/m/{code}/pay", data={"method": method} | fields)

    async def card(self, url: str, number: str = VISA) -> httpx.Response:
        """Give a card on the processor's page."""
        async with httpx.AsyncClient(trust_env=False) as elsewhere:
            return await elsewhere.post(url, data={"number": number})

    async def come_back(self, answer: httpx.Response) -> httpx.Response:
        """Follow the processor's page back to ours."""
        return await self.browser.get(answer.headers["location"], follow_redirects=True)

    async def rows(self, table: Table) -> list[Any]:
        """All rows of a table, in order."""
        async with self.services.database.begin() as connection:
            return list((await connection.execute(select(table).order_by(*table.primary_key))).all())

    async def paid(self) -> list[tuple[str, int, str]]:
        """Method, cents and status of each charge."""
        return [(row.method, row.amount_cents, row.status) for row in await self.rows(charges)]

    async def work(self) -> None:
        """Do every job of payments that is due."""
        await work_off(self.services, "payments:read%", "refunds:send")


@pytest.fixture
def shop(services: Services, twin: CardTwin, browser: httpx.AsyncClient) -> Shop:
    """Hands for all of it."""
    return Shop(services, twin, browser)
