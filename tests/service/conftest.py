"""The service in process, on a real database: its parts, a client, and people signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from care_console.contract.roles import Role
from care_console.service.app import make_app
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.wiring import wired

PASSWORD = "correct horse battery"
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # a Friday, noon in New York

SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def clock() -> SettableClock:
    """The service's clock: Friday 2026-11-20, noon Eastern, until a test moves it."""
    return SettableClock(NOON)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a data folder of the test's own, and nothing outside this machine."""
    return Settings(
        data_dir=tmp_path,
        stripe_url="http://127.0.0.1:9",
        stripe_key="sk_test_1",  # type: ignore[arg-type]
        stripe_webhook_secret="whsec_test",  # type: ignore[arg-type]
    )


@pytest_asyncio.fixture
async def services(database_url: str, settings: Settings, clock: SettableClock) -> AsyncIterator[Services]:
    """The parts, wired as in production."""
    async with wired(settings, database_url, clock=clock) as services:
        yield services


@pytest_asyncio.fixture
async def app(services: Services) -> FastAPI:
    """The application on those parts."""
    return make_app(services)


@pytest_asyncio.fixture
async def ctx(services: Services) -> AsyncIterator[Context]:
    """A transaction on behalf of the service itself, committed when the test ends."""
    async with services.database.begin() as connection:
        yield services.context(connection, SYSTEM, "test")


@pytest_asyncio.fixture
async def sign_in(services: Services, app: FastAPI) -> AsyncIterator[SignIn]:
    """`await sign_in(Role.SPECIALIST, "ana")`: a client for somebody who is signed in.

    Each POST of the client carries a new idempotency key unless the test gives one.
    """
    async with AsyncExitStack() as stack:

        async def someone(role: Role = Role.SPECIALIST, login: str | None = None) -> httpx.AsyncClient:
            login = login or role.value
            async with services.database.begin() as connection:
                await add_staff(services.context(connection, SYSTEM, "test"), login, role, PASSWORD)
            client = await stack.enter_async_context(anonymous(app))
            answer = await client.post("/v1/session", json={"login": login, "password": PASSWORD})
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            return client

        yield someone


def anonymous(app: FastAPI) -> httpx.AsyncClient:
    """A client for nobody in particular."""

    async def with_key(request: httpx.Request) -> None:
        request.headers.setdefault("Idempotency-Key", str(uuid4()))

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://service", event_hooks={"request": [with_key]}
    )
