"""The service with the SMS gateway's twin beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import func, select

from care_console.service.consent.tables import consent_events, consent_states
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from care_console.service.texting import tasks
from care_console.service.texting.queueing import QueuedText, queue
from care_console.service.texting.tables import texts
from tests.service.conftest import anonymous
from tests.support.sms_twin import SmsTwin, sms_twin
from tests.support.working import work_off

PHONE = "+12145550142"


@pytest_asyncio.fixture
async def twin() -> AsyncIterator[SmsTwin]:
    """The gateway's twin. Its receipts go nowhere: no service listens on a socket here."""
    async with sms_twin() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, twin: SmsTwin) -> Settings:
    """The twin is our gateway."""
    return settings.model_copy(update={"kannel_url": twin.url, "callback_url": "http://127.0.0.1:9"})


@dataclass(frozen=True)
class Texting:
    """Texts in and out, the jobs between, and what became of it."""

    services: Services
    twin: SmsTwin
    client: httpx.AsyncClient

    async def hear(self, words: str, phone: str = PHONE, id: str = "k1", **more: str) -> httpx.Response:
        """The gateway calls with what somebody texted."""
        told = {"from": phone, "to": "33297", "text": words, "id": id, "charset": "UTF-8", **more}
        return await self.client.get("/gateways/sms/kannel/inbound", params=told)

    async def receipt(self, text_id: int, status: int, answer: str = "") -> httpx.Response:
        """The gateway calls with what the carrier said."""
        told = {"id": str(text_id), "status": str(status), "answer": answer}
        return await self.client.get("/gateways/sms/kannel/receipt", params=told)

    async def queue(self, phone: str = PHONE, kind: str = "link", **values: Any) -> int:
        """A text that waits to go out, due now."""
        async with self.services.database.begin() as connection:
            ctx = self.services.context(connection, SYSTEM, "test")
            defaults: dict[str, Any] = {"body": "A voice message waits.", "send_after": ctx.now}
            return await queue(ctx, QueuedText(phone, kind, **(defaults | values)))

    async def work(self) -> None:
        """Do every job of texting that is due."""
        await work_off(self.services, "texting:send")

    async def send(self, text_id: int) -> None:
        """Do one text's job here and now, once: what it puts off would be due at once on the true clock."""
        context = SimpleNamespace(additional_context={"services": self.services})
        await tasks.send(context, text_id=text_id)

    async def handed(self) -> list[dict[str, Any]]:
        """What the carrier was really handed."""
        return await self.twin.journal("text")

    async def rows(self, direction: str = "out") -> Sequence[Any]:
        """The texts of the database, oldest first."""
        async with self.services.database.begin() as connection:
            query = select(texts).where(texts.c.direction == direction).order_by(texts.c.id)
            return (await connection.execute(query)).all()

    async def status(self, text_id: int) -> str:
        """Where a text stands."""
        return next(row.status for row in await self.rows() if row.id == text_id)

    async def state(self, phone: str = PHONE) -> str | None:
        """Where a number stands."""
        async with self.services.database.begin() as connection:
            query = select(consent_states.c.state).where(consent_states.c.phone == phone)
            return (await connection.execute(query)).scalar_one_or_none()

    async def events(self, phone: str = PHONE) -> int:
        """How many events of consent a number has."""
        async with self.services.database.begin() as connection:
            query = select(func.count()).where(consent_events.c.phone == phone)
            return int((await connection.execute(query)).scalar_one())


@pytest_asyncio.fixture
async def texting(services: Services, twin: SmsTwin, app: FastAPI) -> AsyncIterator[Texting]:
    """Hands for texts."""
    async with anonymous(app) as client:
        yield Texting(services, twin, client)
