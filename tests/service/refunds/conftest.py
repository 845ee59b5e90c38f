"""The service with the card processor's twin beside it, and a charge that the twin knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text

from care_console.evidence.entries import Entry, read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.refunds.tables import refunds
from care_console.service.settings import Settings
from tests.support import builders
from tests.support.card_twin import CardTwin, card_twin
from tests.support.working import work_off


@pytest_asyncio.fixture
async def twin() -> AsyncIterator[CardTwin]:
    """The processor's twin."""
    async with card_twin() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, twin: CardTwin) -> Settings:
    """The twin is our processor; an unknown refund may be called failed after seconds, not minutes."""
    secret = type(settings.stripe_webhook_secret)
    return settings.model_copy(
        update={
            "stripe_url": twin.url,
            "stripe_webhook_secret": secret(twin.secret),
            "refund_reading_seconds": 0.0,
        }
    )


@dataclass(frozen=True)
class Money:
    """Asking for refunds, doing the jobs, and what became of it."""

    services: Services
    twin: CardTwin

    async def charge(self, cents: int = 399, **values: Any) -> int:
        """A charge that the twin knows."""
        if values.get("method", "card") == "card" and "processor_ref" not in values:
            values["processor_ref"] = await self.twin.paid(cents)
        async with self.services.database.begin() as connection:
            ctx = self.services.context(connection, SYSTEM, "test")
            message = values.pop("message_id", None) or await builders.a_message(ctx, price_cents=cents)
            return await builders.a_charge(ctx, message, amount_cents=cents, **values)

    async def work(self) -> None:
        """Do every job of refunds that is due, and what these put off to now."""
        await work_off(
            self.services, "refunds:send", "refunds:reconcile", "refunds:read_told", "refunds:read_dispute"
        )

    async def state(self, refund_id: UUID | str) -> str:
        """Where a refund stands, in the database."""
        async with self.services.database.begin() as connection:
            query = select(refunds.c.state).where(refunds.c.id == UUID(str(refund_id)))
            return str((await connection.execute(query)).scalar_one())

    async def until(self, refund_id: UUID | str, state: str) -> None:
        """Wait until a refund is in a state, for half a minute at most."""
        async with asyncio.timeout(30):
            while await self.state(refund_id) != state:  # noqa: ASYNC110 - it is the database that changes
                await asyncio.sleep(0.05)

    async def asked(self) -> int:
        """How often the processor was asked to refund."""
        lines = await self.twin.journal("request")
        return sum(line["method"] == "POST" and line["path"] == "/v1/refunds" for line in lines)

    async def until_asked(self, times: int) -> None:
        """Wait until it was asked that often, for half a minute at most."""
        async with asyncio.timeout(30):
            while await self.asked() < times:  # noqa: ASYNC110 - it is another process that changes
                await asyncio.sleep(0.05)

    async def run(self, task: Callable[..., Awaitable[None]], **arguments: Any) -> None:
        """Do one task here and now, as a worker would."""
        context = SimpleNamespace(additional_context={"services": self.services})
        await task(context, **arguments)

    async def jobs(self, refund_id: UUID | str) -> int:
        """How many jobs of a refund are queued or under way."""
        query = text(
            "SELECT count(*) FROM procrastinate_jobs WHERE lock = 'refund:' || :id "
            "AND status IN ('todo', 'doing')"
        )
        async with self.services.database.begin() as connection:
            return int((await connection.execute(query, {"id": str(refund_id)})).scalar_one())

    async def forget_jobs(self) -> None:
        """Lose every job, as after an accident with the queue."""
        async with self.services.database.begin() as connection:
            await connection.execute(text("DELETE FROM procrastinate_jobs"))

    async def entries(self, subject: str) -> list[Entry]:
        """The audit entries of something, from the stored bytes, in order."""
        async with self.services.database.begin() as connection:
            query = select(audit_entries.c.leaf).where(audit_entries.c.subject == subject)
            return [
                read_entry(row.leaf) for row in await connection.execute(query.order_by(audit_entries.c.id))
            ]

    async def actions(self, refund_id: UUID | str) -> list[str]:
        """What the audit log says was done with a refund, in order."""
        return [entry.action for entry in await self.entries(f"refund:{refund_id}")]


@pytest.fixture
def money(services: Services, twin: CardTwin) -> Money:
    """Hands for money."""
    return Money(services, twin)


async def ask(
    client: httpx.AsyncClient, charge: int, cents: int = 399, *, key: str | None = None, **changes: Any
) -> httpx.Response:
    """Ask for a refund with a new id, unless one is given."""
    body = {"amount_cents": cents, "reason": "inaudible", "note": "", "expected_refunded_cents": 0} | changes
    headers = {"Idempotency-Key": key or str(uuid4())}
    return await client.post(f"/v1/charges/{charge}/refunds", json=body, headers=headers)


async def sent(
    money: Money, client: httpx.AsyncClient, clock: SettableClock, charge: int, cents: int = 399
) -> str:
    """A refund that was asked for, waited its ten seconds and was sent; its id."""
    answer = await ask(client, charge, cents)
    assert answer.status_code == 202, answer.text
    clock.advance(timedelta(seconds=10))
    await money.work()
    return str(answer.json()["id"])
