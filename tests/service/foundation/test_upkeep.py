"""Answers are kept for their keys long enough to be asked for again, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.foundation.upkeep import KEPT, forget_answers
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio


async def forgotten(services: Services) -> int:
    async with services.database.begin() as connection:
        return await forget_answers(services.context(connection, SYSTEM, "test"))


async def test_an_answer_is_forgotten_after_its_time(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    async with services.database.begin() as connection:
        recipient = await builders.a_recipient(services.context(connection, SYSTEM, "test"))
    client = await sign_in()
    call = {"json": {"text": "called"}, "headers": {"Idempotency-Key": "one"}}
    path = f"/v1/recipients/{recipient}/notes"
    first = await client.post(path, **call)  # type: ignore[arg-type]
    clock.advance(KEPT - timedelta(days=29, seconds=1))
    assert await forgotten(services) == 0
    clock.advance(timedelta(days=29))
    assert await forgotten(services) == 0
    client = await sign_in()
    again = await client.post(path, **call)  # type: ignore[arg-type]
    assert again.json() == first.json()
    clock.advance(timedelta(seconds=2))
    assert await forgotten(services) == 1
