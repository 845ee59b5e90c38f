"""The short way through the framework gives the bytes of the long one, and leaves to it what is odd."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.service.app import make_app
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation import short_way
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.staff.tables import sessions, staff
from tests.service.conftest import SignIn, anonymous
from tests.support import builders


async def somebody(services: Services) -> int:
    """A recipient with a message that was paid."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone="+12145550142", name="Íñigo O'Nguyễn-Smith <b>")
        message = await builders.a_message(ctx, recipient_id=recipient, imported_id="MSG-000142")
        await builders.a_link(ctx, message)
        await builders.a_charge(ctx, message, charged_at=datetime(2026, 11, 14, 17, tzinfo=UTC))
    return recipient


@pytest.fixture
def long_way(services: Services, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The application with nothing that answers before the framework does."""
    monkeypatch.setattr("care_console.service.app.SHORT_READS", ())
    return make_app(services)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    [
        "/v1/search?q=214-555-0142",
        "/v1/search?q=msg-000142",
        "/v1/search?q=MSG-000143",
        "/v1/search?q=4242+3.99+nov+14",
        "/v1/search?q=4242+3.99+nov+3",
        "/v1/search?q=0142",
        "/v1/search?q=%C3%ADnigo+nguyen&limit=3",
        "/v1/search",
        "/v1/search?q=a&limit=51",
        "/v1/search?q=%FF",
        "/v1/recipients/{id}",
        "/v1/recipients/99999999",
        "/v1/recipients/0",
        "/v1/recipients/{id}/timeline",
        "/v1/recipients/{id}/timeline?limit=1&kinds=charge,message",
        "/v1/recipients/{id}/timeline?kinds=nothing",
        "/v1/recipients/{id}/timeline?cursor=made-up",
        "/v1/recipients/{id}/timeline?limit=0",
    ],
)
async def test_both_ways_answer_alike(
    services: Services, sign_in: SignIn, long_way: FastAPI, path: str
) -> None:
    path = path.format(id=await somebody(services))
    client = await sign_in(Role.SPECIALIST)
    short = await client.get(path)
    async with anonymous(long_way) as other:
        long = await other.get(path, headers={"Authorization": client.headers["Authorization"]})
    assert short.status_code == long.status_code
    assert short.headers["content-type"] == long.headers["content-type"]
    assert short.content == long.content


@pytest.mark.asyncio
async def test_each_look_is_one_entry_whichever_way_it_went(services: Services, sign_in: SignIn) -> None:
    recipient = await somebody(services)
    client = await sign_in(Role.SPECIALIST)
    assert (await client.get("/v1/search?q=2145550142")).status_code == 200
    assert (await client.get(f"/v1/recipients/{recipient}")).status_code == 200
    assert (await client.get(f"/v1/recipients/{recipient}/timeline?limit=10")).status_code == 200
    async with services.database.begin() as connection:
        counted = await connection.execute(
            select(audit_entries.c.action, func.count()).group_by(audit_entries.c.action)
        )
        counts = dict(map(tuple, counted))
    for action in (Action.SEARCHED, Action.STORY_READ, Action.TIMELINE_READ):
        assert counts[action] == 1


@pytest.mark.asyncio
async def test_whoever_may_not_is_refused_on_the_record(services: Services, sign_in: SignIn) -> None:
    auditor = await sign_in(Role.AUDITOR)
    answer = await auditor.get("/v1/search?q=2145550142")
    assert answer.status_code == 403
    async with services.database.begin() as connection:
        query = select(func.count()).where(audit_entries.c.action == Action.REFUSED)
        assert (await connection.execute(query)).scalar_one() == 1


@pytest.mark.asyncio
async def test_nobody_is_told_so(app: FastAPI) -> None:
    async with anonymous(app) as client:
        for headers in ({}, {"Authorization": "Bearer nobody's"}, {"Authorization": "Basic x"}):
            assert (await client.get("/v1/search?q=a", headers=headers)).status_code == 401


@pytest.mark.asyncio
async def test_a_log_line_is_json_and_names_the_route(
    services: Services, sign_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    recipient = await somebody(services)
    client = await sign_in(Role.SPECIALIST)
    capsys.readouterr()
    await client.get(f"/v1/recipients/{recipient}?secret=214")
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["event"], line["method"], line["status"]) == ("request", "GET", 200)
    assert line["route"] == "/v1/recipients/{recipient_id}"


def test_the_reads_of_the_short_way_are_routes_of_the_long_one(app: FastAPI) -> None:
    from care_console.service.app import SHORT_READS

    described = app.openapi()["paths"]
    assert SHORT_READS
    for read in SHORT_READS:
        assert isinstance(read, short_way.ShortRead)
        assert "get" in described[read.template]


@pytest.mark.asyncio
async def test_a_session_that_ended_finds_nothing_and_leaves_no_entry(
    services: Services, sign_in: SignIn
) -> None:
    recipient = await somebody(services)
    client = await sign_in(Role.SPECIALIST)
    paths = [
        "/v1/search?q=2145550142",
        "/v1/search?q=2145550143",
        "/v1/search",
        f"/v1/recipients/{recipient}",
    ]
    for path in paths:
        assert (await client.get(path)).status_code == 200  # from here on, the session is known
    query = select(func.count()).select_from(audit_entries)
    async with services.database.begin() as connection:
        await connection.execute(update(sessions).values(closed_at=func.now()))
        before = (await connection.execute(query)).scalar_one()
    for path in paths:
        assert (await client.get(path)).status_code == 401
    async with services.database.begin() as connection:
        assert (await connection.execute(query)).scalar_one() == before


@pytest.mark.asyncio
async def test_another_role_counts_from_the_next_request_on(services: Services, sign_in: SignIn) -> None:
    await somebody(services)
    client = await sign_in(Role.SPECIALIST)
    assert (await client.get("/v1/search?q=2145550142")).status_code == 200
    async with services.database.begin() as connection:
        await connection.execute(update(staff).values(role=Role.AUDITOR.value))
    assert (await client.get("/v1/search?q=2145550142")).status_code == 403


@pytest.mark.asyncio
async def test_a_token_whose_time_is_over_finds_nothing_though_it_is_known(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    recipient = await somebody(services)
    client = await sign_in(Role.SPECIALIST)
    paths = ("/v1/search?q=2145550142", "/v1/search", f"/v1/recipients/{recipient}")
    for path in paths:
        assert (await client.get(path)).status_code == 200
    clock.advance(timedelta(minutes=services.settings.access_minutes))
    for path in paths:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["type"]) == (401, ProblemType.SESSION_EXPIRED.uri)


def test_alone_is_of_whom_nobody_else_asked_just_now() -> None:
    callers = short_way.Callers()
    asked = [("ana", 0.0), ("ana", 0.001), ("ben", 0.003), ("ana", 0.004), ("ana", 0.007), ("ana", 0.0081)]
    asked += [("ben", 9.0), ("eva", 9.1), ("ben", 9.101), ("eva", 9.102), ("eva", 9.1063)]
    told = [callers.is_alone(*one) for one in asked]
    assert told == [True, True, False, False, False, True, True, True, False, False, True]
