"""Who else has a story open: told, changed, left, and forgotten when a desk goes without a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from care_console.contract.changes import ChangeKind
from care_console.contract.roles import Role
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM, Actor
from care_console.service.foundation.events import Event, EventHub
from care_console.service.foundation.services import Services
from care_console.service.foundation.stream import as_frame
from care_console.service.presence.rules import forget_presences
from care_console.service.presence.tables import presences
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio


async def two_recipients(services: Services) -> tuple[int, int]:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        return await builders.a_recipient(ctx), await builders.a_recipient(ctx)


async def tell(client: httpx.AsyncClient, **doing: str) -> list[dict[str, Any]]:
    """Tell what is open, as `r12="viewing"`; who else is there."""
    stories = [{"recipient_id": name[1:], "doing": what} for name, what in doing.items()]
    answer = await client.put("/v1/presence", json={"open": stories})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def seen(items: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [(one["recipient_id"], one["login"], one["role"], one["doing"]) for one in items]


async def test_everybody_sees_the_others_and_never_themselves(services: Services, sign_in: SignIn) -> None:
    one, two = await two_recipients(services)
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    assert await tell(ana, **{f"r{one}": "on_call", f"r{two}": "viewing"}) == []
    assert seen(await tell(sue, **{f"r{one}": "viewing"})) == [(str(one), "ana", "specialist", "on_call")]
    both = {f"r{one}": "refunding", f"r{two}": "viewing"}
    assert seen(await tell(ana, **both)) == [(str(one), "sue", "supervisor", "viewing")]
    assert seen(await tell(sue, **{f"r{one}": "viewing"})) == [(str(one), "ana", "specialist", "refunding")]


async def test_what_is_closed_and_who_is_silent_for_a_minute_is_gone(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    one, two = await two_recipients(services)
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    await tell(ana, **{f"r{one}": "viewing"})
    await tell(ana, **{f"r{two}": "viewing"})
    assert await tell(sue, **{f"r{one}": "viewing"}) == []
    clock.advance(timedelta(seconds=59))
    assert seen(await tell(sue, **{f"r{two}": "viewing"}))
    clock.advance(timedelta(seconds=2))
    assert await tell(sue, **{f"r{two}": "viewing"}) == []


async def test_who_signs_out_is_gone_at_once(services: Services, sign_in: SignIn) -> None:
    one, _ = await two_recipients(services)
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    await tell(ana, **{f"r{one}": "viewing"})
    await ana.delete("/v1/session")
    assert await tell(sue, **{f"r{one}": "viewing"}) == []


async def test_only_a_change_is_told_and_nothing_goes_into_the_audit_log(
    services: Services, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = await two_recipients(services)
    told: list[tuple[ChangeKind, object]] = []

    async def hear(_ctx: object, kind: ChangeKind, identifier: object, **_: object) -> None:
        told.append((kind, identifier))

    monkeypatch.setattr("care_console.service.presence.rules.announce", hear)
    ana = await sign_in(login="ana")
    async with services.database.begin() as connection:
        before = (await connection.execute(select(func.count()).select_from(audit_entries))).scalar_one()
    for doing in ("viewing", "viewing", "refunding", "refunding"):
        await tell(ana, **{f"r{one}": doing})
    await tell(ana)
    assert told == [(ChangeKind.PRESENCE, one)] * 3
    async with services.database.begin() as connection:
        after = (await connection.execute(select(func.count()).select_from(audit_entries))).scalar_one()
    assert after == before


async def test_a_story_that_is_not_there_is_put_aside_and_old_rows_are_swept_up(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    one, _ = await two_recipients(services)
    ana = await sign_in(login="ana")
    await tell(ana, r999999="viewing", **{f"r{one}": "viewing"})
    async with services.database.begin() as connection:
        rows = (await connection.execute(select(presences))).all()
        assert [row.recipient_id for row in rows] == [one]
    clock.advance(timedelta(minutes=2))
    async with services.database.begin() as connection:
        assert await forget_presences(services.context(connection, SYSTEM, "test")) == 1


async def test_auditors_are_nowhere_and_too_much_is_refused(sign_in: SignIn) -> None:
    auditor, ana = await sign_in(Role.AUDITOR), await sign_in(login="ana")
    assert (await auditor.put("/v1/presence", json={"open": []})).status_code == 403
    eleven = [{"recipient_id": "1", "doing": "viewing"}] * 11
    assert (await ana.put("/v1/presence", json={"open": eleven})).status_code == 422


async def test_a_change_says_to_its_own_session_alone_that_it_is_its_own() -> None:
    hub = EventHub("postgresql://nowhere")
    event = hub._read('{"kind": "recipient", "id": "7", "recipient_id": "7", "by": 3}')
    assert event is not None
    assert '"yours":true' in as_frame(event, Actor("ana", Role.SPECIALIST, 1, 3))
    assert '"yours":false' in as_frame(event, Actor("ben", Role.SPECIALIST, 2, 4))
    of_a_job = Event(event.kind, event.change, None)
    assert '"yours":false' in as_frame(of_a_job, Actor("nobody"))
