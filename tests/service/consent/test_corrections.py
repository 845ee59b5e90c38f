"""Correcting a mistyped opt-out: asked by one, approved by another, back to what it was and never beyond."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.evidence.entries import Entry, read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.consent.tables import consent_states
from care_console.service.consent.turns import states_sql
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from tests.service.conftest import NOON, SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"
REASON = "Typed 0142 for 0124; O'Nguyễn <b> never called"


async def typed(client: httpx.AsyncClient, phone: str = PHONE, channel: str = "care_call") -> str:
    """An opt-out that somebody typed; its id."""
    body = {"phone": phone, "words": "stop", "received_at": NOON.isoformat(), "channel": channel}
    answer = await client.post("/v1/opt-outs", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def ask(client: httpx.AsyncClient, opt_out: str, reason: str = REASON) -> httpx.Response:
    return await client.post(f"/v1/opt-outs/{opt_out}/corrections", json={"reason": reason})


async def decide(client: httpx.AsyncClient, approval: str, decision: str = "approve") -> httpx.Response:
    return await client.post(f"/v1/approvals/{approval}/decision", json={"decision": decision})


async def standing(services: Services, phone: str = PHONE) -> Any:
    async with services.database.begin() as connection:
        query = select(consent_states).where(consent_states.c.phone == phone)
        return (await connection.execute(query)).first()


async def entries(services: Services, action: Action) -> list[Entry]:
    async with services.database.begin() as connection:
        query = select(audit_entries.c.leaf).where(audit_entries.c.action == action)
        return [read_entry(row.leaf) for row in await connection.execute(query)]


async def test_only_the_approval_changes_anything_and_it_is_recorded_as_a_correction(
    services: Services, sign_in: SignIn
) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    async with services.database.begin() as connection:
        recipient = await builders.a_recipient(services.context(connection, SYSTEM, "test"), phone=PHONE)
    opt_out = await typed(ana)
    asked = await ask(ana, opt_out)
    assert asked.status_code == 202
    approval = asked.json()
    assert (approval["kind"], approval["subject"], approval["requested_by"]) == ("correction", opt_out, "ana")
    assert (approval["recipient_id"], approval["phone"], approval["words"]) == (str(recipient), PHONE, "stop")
    assert approval["asked_note"] == REASON
    assert (await standing(services)).state == "opted_out"
    page = (await sue.get(f"/v1/recipients/{recipient}/timeline?kinds=consent")).json()
    assert page["items"][0]["correction"]["id"] == approval["id"]
    assert page["items"][0]["correction"]["decision"] is None
    assert (await decide(ana, approval["id"])).status_code == 403
    decided = await decide(sue, approval["id"])
    assert (decided.json()["decision"], decided.json()["decided_by"]) == ("approve", "sue")
    assert await standing(services) is None  # as before: it had never said anything
    story = (await sue.get(f"/v1/recipients/{recipient}")).json()
    assert (story["consent"]["state"], story["consent"]["since"]) == ("opted_in", None)
    page = (await sue.get(f"/v1/recipients/{recipient}/timeline?kinds=consent")).json()
    newest = page["items"][0]
    assert (newest["event"], newest["state"], newest["words"]) == ("correction", "opted_in", REASON)
    assert (newest["actor"], newest["approved_by"]) == ("ana", "sue")
    assert page["items"][1]["correction"]["decided_by"] == "sue"
    [entry] = await entries(services, Action.CONSENT_CORRECTED)
    assert entry.actor == "sue"
    assert entry.details["asked_by"] == "ana"
    assert (entry.details["state_before"], entry.details["state_after"]) == ("opted_out", "opted_in")
    assert not await entries(services, Action.OPTED_IN)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["opt_in"], "opted_in"),
        (["hold"], "held"),
        (["opt_out"], "opted_out"),
        (["opt_out", "opt_in"], "opted_in"),
        (["opt_in", "opt_out"], "opted_out"),
    ],
)
async def test_the_number_stands_again_where_everything_else_it_said_puts_it(
    services: Services, sign_in: SignIn, before: list[str], after: str
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        ids = [
            await builders.a_consent_event(
                ctx, PHONE, kind=kind, words=kind, effective_at=ctx.now - timedelta(hours=9 - number)
            )
            for number, kind in enumerate(before)
        ]
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    was = await standing(services)
    opt_out = await typed(ana)
    approval = (await ask(ana, opt_out)).json()
    assert (await decide(sue, approval["id"])).status_code == 200
    assert await standing(services) == was
    assert (was.state, was.event_id) == (after, ids[-1])
    async with services.database.begin() as connection:
        await connection.execute(text("CREATE TEMP TABLE import_phones (phone text PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO import_phones VALUES (:phone)"), {"phone": PHONE})
        [read] = (await connection.execute(text(states_sql("import_phones")))).all()
    assert (read.state, read.since, read.event_id) == (was.state, was.since, was.event_id)


async def test_a_stop_of_the_numbers_own_after_it_stands(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    opt_out = await typed(ana)
    clock.advance(timedelta(minutes=1))
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await builders.a_consent_event(ctx, PHONE, effective_at=ctx.now)
    approval = (await ask(ana, opt_out)).json()
    assert (await decide(sue, approval["id"])).status_code == 200
    now = await standing(services)
    assert (now.state, now.channel) == ("opted_out", "sms")


async def test_what_cannot_be_corrected_says_why(services: Services, sign_in: SignIn) -> None:
    ana = await sign_in(login="ana")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        by_text = await builders.a_consent_event(ctx, "+12145550001")
        held = await builders.a_consent_event(ctx, "+12145550002", kind="hold")
        await builders.a_consent_event(ctx, "+12145550002", effective_at=ctx.now)
        lifted = await builders.a_consent_event(ctx, "+12145550003", channel="care_call")
        await builders.a_consent_event(ctx, "+12145550003", kind="opt_in", effective_at=ctx.now)
        opt_in = await builders.a_consent_event(ctx, "+12145550004", kind="opt_in")
    for event, words in (
        (by_text, "Only its own START"),
        (held, "holds its number no more"),
        (lifted, "are on"),
    ):
        answer = await ask(ana, str(event))
        assert (answer.status_code, answer.json()["type"]) == (409, ProblemType.NOT_CORRECTABLE.uri)
        assert words in answer.json()["detail"]
    for unknown in (str(opt_in), "999999", "x"):
        assert (await ask(ana, unknown)).status_code == 404
    opt_out = await typed(ana)
    assert (await ask(ana, opt_out, "")).status_code == 422
    assert (await ask(await sign_in(Role.AUDITOR), opt_out)).status_code == 403


async def test_a_held_reply_that_is_no_refusal_is_let_go_by_two_people(
    services: Services, sign_in: SignIn
) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        held = await builders.a_consent_event(ctx, PHONE, kind="hold")
    assert (await standing(services)).state == "held"
    approval = (await ask(ana, str(held), "She meant the bus stop")).json()
    assert "held reply" in approval["why"]
    assert (await decide(ana, approval["id"])).status_code == 403
    assert (await standing(services)).state == "held"
    assert (await decide(sue, approval["id"])).status_code == 200
    assert await standing(services) is None, "it stands as one that never said anything"
    assert (await ask(ana, str(held))).status_code == 409


async def test_asked_twice_declined_and_asked_again(services: Services, sign_in: SignIn) -> None:
    ana, ben, sue = await sign_in(login="ana"), await sign_in(login="ben"), await sign_in(Role.SUPERVISOR)
    opt_out = await typed(ana)
    first = (await ask(ana, opt_out)).json()
    again = await ask(ben, opt_out)
    assert again.status_code == 409
    assert "ana asked for this already" in again.json()["detail"]
    assert (await decide(sue, first["id"], "decline")).status_code == 200
    assert (await standing(services)).state == "opted_out"
    second = (await ask(ben, opt_out)).json()
    assert (await ben.delete(f"/v1/approvals/{second['id']}")).json()["withdrawn_by"] == "ben"
    gone = await decide(sue, second["id"])
    assert "ben took this back" in gone.json()["detail"]
    third = (await ask(ben, opt_out)).json()
    assert (await decide(sue, third["id"])).status_code == 200
    corrected = await ask(ana, opt_out)
    assert "corrected already" in corrected.json()["detail"]
