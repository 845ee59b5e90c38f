"""Signing in, staying signed in, being refused: through the API, on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import PERMISSIONS, Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.staff.rules import UnknownLogin, accounts, disable, enable
from care_console.service.staff.tables import sessions, staff
from tests.service.conftest import PASSWORD, SignIn, anonymous

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_is_told_what_it_may(sign_in: SignIn, role: Role) -> None:
    client = await sign_in(role, "ana")
    answer = (await client.get("/v1/session")).json()
    assert answer["staff"] == {"login": "ana", "role": role}
    assert set(answer["may"]) == set(PERMISSIONS[role])


async def test_a_wrong_password_is_refused_recorded_and_in_the_end_throttled(
    app: FastAPI, services: Services, sign_in: SignIn
) -> None:
    await sign_in(Role.SPECIALIST, "ana")
    async with anonymous(app) as client:
        for _ in range(10):
            answer = await client.post("/v1/session", json={"login": "ana", "password": "wrong"})
            assert answer.status_code == 401
            assert answer.json()["type"] == ProblemType.SIGN_IN_FAILED.uri
        answer = await client.post("/v1/session", json={"login": "ana", "password": PASSWORD})
        assert answer.status_code == 429
    async with services.database.begin() as connection:
        rows = await connection.execute(
            select(audit_entries.c.leaf).where(audit_entries.c.action == Action.SESSION_REFUSED)
        )
        entries = [read_entry(row.leaf) for row in rows]
    assert len(entries) == 11
    assert {entry.subject for entry in entries} == {"login:ana"}


async def test_an_access_token_ends_and_is_refreshed_once(
    app: FastAPI, sign_in: SignIn, clock: SettableClock
) -> None:
    client = await sign_in()
    async with anonymous(app) as other:
        signed = (await other.post("/v1/session", json={"login": "specialist", "password": PASSWORD})).json()
        clock.advance(timedelta(minutes=30))
        assert (await client.get("/v1/session")).json()["type"] == ProblemType.SESSION_EXPIRED.uri
        body = {"refresh_token": signed["refresh_token"]}
        again = await other.post("/v1/session/refresh", json=body)
        assert again.status_code == 200
        lost = await other.post("/v1/session/refresh", json=body)  # the first answer never came
        assert lost.status_code == 200
        clock.advance(timedelta(minutes=1))
        assert (await other.post("/v1/session/refresh", json=body)).status_code == 401
        again = lost
        clock.advance(timedelta(hours=12))
        body = {"refresh_token": again.json()["refresh_token"]}
        assert (await other.post("/v1/session/refresh", json=body)).status_code == 401


async def test_a_disabled_account_stops_at_its_next_request(sign_in: SignIn, services: Services) -> None:
    client = await sign_in(Role.SPECIALIST, "ana")
    other = await sign_in(Role.SUPERVISOR, "sue")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        assert await disable(ctx, "ana")
        assert not await disable(ctx, "ana")
    assert (await client.get("/v1/session")).status_code == 401
    assert (await other.get("/v1/session")).status_code == 200


async def test_an_account_that_is_enabled_again_signs_in_anew_and_both_are_entries(
    app: FastAPI, sign_in: SignIn, services: Services
) -> None:
    client = await sign_in(Role.SPECIALIST, "ana")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await disable(ctx, "ana")
        assert await enable(ctx, "ana")
        assert not await enable(ctx, "ana")
        with pytest.raises(UnknownLogin):
            await disable(ctx, "nobody")
        [account] = await accounts(ctx)
        assert (account.login, account.role, account.disabled_at) == ("ana", Role.SPECIALIST, None)
        told = (await connection.execute(select(audit_entries.c.action, audit_entries.c.leaf))).all()
    assert (await client.get("/v1/session")).status_code == 401
    async with anonymous(app) as again:
        answer = await again.post("/v1/session", json={"login": "ana", "password": PASSWORD})
        assert answer.status_code == 201
    entries = {row.action: read_entry(row.leaf).subject for row in told}
    assert entries[Action.STAFF_DISABLED] == entries[Action.STAFF_ENABLED] == "staff:ana"


async def test_no_token_or_password_is_stored(sign_in: SignIn, services: Services) -> None:
    client = await sign_in()
    token = client.headers["Authorization"].removeprefix("Bearer ")
    async with services.database.begin() as connection:
        stored = str((await connection.execute(select(sessions))).all())
        stored += str((await connection.execute(select(staff))).all())
    assert token not in stored
    assert PASSWORD not in stored


async def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    client = await sign_in()
    assert (await client.delete("/v1/session")).status_code == 204
    answer = await client.get("/v1/session")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
