"""Paid for and not heard as the end comes near: a reminder or more time, once; and the end, on the minute."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from care_console.service.links import tasks
from care_console.service.links.tables import links
from care_console.service.messages.tables import messages
from care_console.service.recipients.tables import recipients
from care_console.service.settings import Settings
from care_console.service.texting.tables import texts
from tests.service.conftest import NOON
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"
SOON = NOON + timedelta(hours=40)


async def paid(ctx: Context, *, expires_at: Any = SOON, phone: str = PHONE, **charge: Any) -> int:
    """A message that was paid for, its link ending soon; the link's id."""
    message = await builders.a_message(ctx, recipient_id=await builders.a_recipient(ctx, phone=phone))
    link = await builders.a_link(ctx, message, expires_at=expires_at)
    await builders.a_charge(ctx, message, **charge)
    return link


async def run(services: Services, times: int = 1) -> list[Any]:
    """Run the job so often; the reminders that there are then."""
    context = SimpleNamespace(additional_context={"services": services})
    for _ in range(times):
        await tasks.guard_ends(context, timestamp=0)
    async with services.database.begin() as connection:
        query = select(texts).where(texts.c.kind == "reminder").order_by(texts.c.id)
        return list((await connection.execute(query)).all())


async def link_of(services: Services, link_id: int) -> Any:
    async with services.database.begin() as connection:
        return (await connection.execute(select(links).where(links.c.id == link_id))).one()


async def made(services: Services, **values: Any) -> int:
    async with services.database.begin() as connection:
        return await paid(services.context(connection, SYSTEM, "test"), **values)


async def test_one_reminder_at_an_allowed_hour_however_often_the_job_runs(services: Services) -> None:
    link_id = await made(services)
    [reminder] = await run(services, times=3)
    link = await link_of(services, link_id)
    assert (reminder.phone, reminder.link_id, reminder.not_after) == (PHONE, link_id, SOON)
    assert (reminder.status, reminder.send_after) == ("queued", NOON)
    assert "pagado de John Doe" in reminder.body
    assert f"/m/{link.code} " in reminder.body
    assert len(reminder.body) <= 160
    assert (link.expires_at, link.extended_at) == (SOON, None)


@pytest.mark.parametrize("why", ["not soon", "ended", "revoked", "played", "unpaid", "failed", "refunded"])
async def test_whoever_needs_no_reminder_gets_none(services: Services, why: str) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        ends = {"not soon": NOON + timedelta(hours=49), "ended": NOON}.get(why, SOON)
        message = await builders.a_message(ctx, recipient_id=await builders.a_recipient(ctx, phone=PHONE))
        revoked = NOON - timedelta(hours=1) if why == "revoked" else None
        await builders.a_link(ctx, message, expires_at=ends, revoked_at=revoked)
        if why != "unpaid":
            status = "failed" if why == "failed" else "succeeded"
            charge = await builders.a_charge(ctx, message, status=status)
            if why == "refunded":
                await builders.a_refund(ctx, charge)
        if why == "played":
            await builders.a_play(ctx, message, seconds_played=1)
    assert await run(services) == []


class TestMoreTime:
    """More time by policy."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"expiry_policy": "more_time"})

    async def test_a_week_once(self, services: Services, clock: SettableClock) -> None:
        link_id = await made(services)
        assert await run(services, times=3) == []
        link = await link_of(services, link_id)
        assert (link.expires_at, link.extended_at) == (SOON + timedelta(days=7), NOON)
        clock.advance(timedelta(days=8))
        assert await run(services) == []
        assert (await link_of(services, link_id)).expires_at == link.expires_at


async def test_more_time_where_no_text_may_go(services: Services) -> None:
    link_id = await made(services)
    async with services.database.begin() as connection:
        await builders.a_consent_event(services.context(connection, SYSTEM, "test"), PHONE)
    assert await run(services) == []
    assert (await link_of(services, link_id)).expires_at == SOON + timedelta(days=7)


class TestNothing:
    """No guardian by policy."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"expiry_policy": "nothing"})

    async def test_nothing_is_done(self, services: Services) -> None:
        link_id = await made(services)
        assert await run(services) == []
        assert (await link_of(services, link_id)).expires_at == SOON


async def test_in_english_for_who_speaks_it(services: Services) -> None:
    await made(services)
    async with services.database.begin() as connection:
        await connection.execute(update(recipients).values(language="en"))
        assert (await connection.execute(select(messages.c.id))).one()
    [reminder] = await run(services)
    assert "waits until 11/22:" in reminder.body  # 9:00 UTC on the 22nd is the same day in Dallas
