"""Stopping texts from the desk: suppressed at commit, for anybody, once, with its evidence."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.consent.tables import consent_events, consent_states
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.texting.tables import texts
from tests.service.conftest import NOON, SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"
WORDS = "<b>Stop</b> texting me, O'Nguyễn said =1+1"


def body(**changes: str) -> dict[str, str]:
    said = {"phone": PHONE, "words": WORDS, "received_at": NOON.isoformat(), "call_id": "call-1"}
    return said | changes


async def test_a_known_number_is_stopped_and_its_queued_texts_cancelled(
    services: Services, sign_in: SignIn
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE)
        message = await builders.a_message(ctx, recipient_id=recipient)
        await builders.a_text(ctx, message, status="queued")
        await builders.a_text(ctx, message, status="delivered")
    client = await sign_in(login="ana")
    answer = await client.post("/v1/opt-outs", json=body())
    assert answer.status_code == 201
    assert answer.json()["texts_cancelled"] == 1
    async with services.database.begin() as connection:
        state = (await connection.execute(select(consent_states))).one()
        statuses = {row.status for row in await connection.execute(select(texts.c.status))}
        leaf = (
            await connection.execute(
                select(audit_entries.c.leaf).where(audit_entries.c.action == Action.OPTED_OUT)
            )
        ).scalar_one()
    assert (state.phone, state.state, state.channel) == (PHONE, "opted_out", "care_call")
    assert statuses == {"cancelled", "delivered"}
    entry = read_entry(leaf)
    assert entry.actor == "ana"
    assert entry.details["words"] == WORDS
    assert entry.details["phone"] == PHONE


async def test_a_number_nobody_knows_is_stopped_too(services: Services, sign_in: SignIn) -> None:
    client = await sign_in()
    assert (await client.post("/v1/opt-outs", json=body(phone="+19075550100"))).status_code == 201
    async with services.database.begin() as connection:
        state = (await connection.execute(select(consent_states.c.state))).scalar_one()
    assert state == "opted_out"


async def test_a_second_stop_is_evidence_of_its_own_and_keeps_the_first_day(
    services: Services, sign_in: SignIn, clock: object
) -> None:
    client = await sign_in()
    first = (await client.post("/v1/opt-outs", json=body())).json()
    services.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    client = await sign_in(login="ben")
    second = (await client.post("/v1/opt-outs", json=body())).json()
    assert first["id"] != second["id"]
    async with services.database.begin() as connection:
        state = (await connection.execute(select(consent_states))).one()
    assert state.since == NOON
    assert str(state.event_id) == first["id"]


async def test_the_same_key_is_one_event_even_at_once(services: Services, sign_in: SignIn) -> None:
    client = await sign_in()
    key = {"Idempotency-Key": "one call"}
    answers = await asyncio.gather(*(client.post("/v1/opt-outs", json=body(), headers=key) for _ in range(5)))
    assert {answer.text for answer in answers} == {answers[0].text}
    async with services.database.begin() as connection:
        assert len((await connection.execute(select(consent_events))).all()) == 1


async def test_what_one_person_took_and_the_next_sends_again_is_one_event(
    services: Services, sign_in: SignIn
) -> None:
    ana, ben = await sign_in(login="ana"), await sign_in(login="ben")
    key = {"Idempotency-Key": "one stop"}
    first = await ana.post("/v1/opt-outs", json=body(), headers=key)
    again = await ben.post("/v1/opt-outs", json=body(), headers=key)
    assert again.json() == first.json()
    other = await ben.post("/v1/opt-outs", json=body(words="no"), headers=key)
    assert other.json()["type"] == ProblemType.KEY_REUSED.uri
    auditor = await sign_in(Role.AUDITOR)
    refused = await auditor.post("/v1/opt-outs", json=body(), headers=key)
    assert refused.status_code == 422
    async with services.database.begin() as connection:
        assert len((await connection.execute(select(consent_events))).all()) == 1


async def test_a_clock_that_runs_ahead_never_loses_a_stop(sign_in: SignIn) -> None:
    client = await sign_in()
    ahead = (NOON + timedelta(hours=3)).isoformat()
    answer = await client.post("/v1/opt-outs", json=body(received_at=ahead))
    assert answer.status_code == 201
    assert answer.json()["received_at"] == "2026-11-20T17:00:00Z"


async def test_a_card_number_in_the_words_is_refused(sign_in: SignIn) -> None:
    client = await sign_in()
    answer = await client.post("/v1/opt-outs", json=body(words="my card is 4242 4242 4242 4242"))
    assert answer.status_code == 422
    assert answer.json()["type"] == ProblemType.CARD_NUMBER.uri
    assert "4242 4242" not in answer.text


@pytest.mark.parametrize(
    "wrong", [{"phone": "214-555-0142"}, {"phone": "+442079460018"}, {"words": "  "}, {"received_at": "now"}]
)
async def test_bad_input_is_refused_in_a_sentence(sign_in: SignIn, wrong: dict[str, str]) -> None:
    client = await sign_in()
    answer = await client.post("/v1/opt-outs", json=body(**wrong))
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["detail"]


async def test_without_a_key_nothing_is_done(services: Services, sign_in: SignIn) -> None:
    client = await sign_in()
    answer = await client.post("/v1/opt-outs", json=body(), headers={"Idempotency-Key": ""})
    assert answer.status_code == 400
    async with services.database.begin() as connection:
        assert (await connection.execute(select(consent_events))).all() == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
async def test_who_may_not_is_refused_and_it_is_recorded(
    services: Services, sign_in: SignIn, role: Role
) -> None:
    client = await sign_in(role)
    assert (await client.post("/v1/opt-outs", json=body())).status_code == 403
    async with services.database.begin() as connection:
        refused = await connection.execute(
            select(audit_entries.c.subject).where(audit_entries.c.action == Action.REFUSED)
        )
        assert refused.scalar_one() == "request:POST /v1/opt-outs"


async def test_the_log_pages_through_every_row_once_with_an_exact_total(
    services: Services, sign_in: SignIn
) -> None:
    client = await sign_in(Role.SUPERVISOR)
    for line in range(7):
        await client.post("/v1/opt-outs", json=body(phone=f"+1214555010{line}"))
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/opt-outs", params=params)).json()
        assert page["total"] == 7
        seen += [row["phone"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == [f"+1214555010{line}" for line in range(7)]
    none = (await client.get("/v1/opt-outs", params={"channel": "sms"})).json()
    assert (none["items"], none["total"]) == ([], 0)
    assert (await client.get("/v1/opt-outs", params={"cursor": "made up"})).status_code == 422


@pytest.mark.parametrize("table", ["consent_events", "audit_entries"])
async def test_evidence_cannot_be_changed_or_deleted(services: Services, sign_in: SignIn, table: str) -> None:
    client = await sign_in()
    await client.post("/v1/opt-outs", json=body())
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET actor = 'x'", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(DBAPIError, match="append only"):
            async with services.database.begin() as connection:
                await connection.execute(text(statement))
