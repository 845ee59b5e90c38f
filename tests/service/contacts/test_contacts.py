"""Wrapping up a call: the call and its note, together, in the story and in the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from care_console.contract.audit import Action
from care_console.contract.roles import Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.contacts.tables import contacts
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.recipients.tables import notes
from tests.service.conftest import NOON, SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
NOTE = "No oyó nada. Refunded $3.99 <b>; O'Nguyễn: =cmd()"


def a_call(**given: Any) -> dict[str, Any]:
    told = {
        "reason": "cannot_hear",
        "disposition": "refund_asked",
        "note": NOTE,
        "began_at": (NOON - timedelta(seconds=184)).isoformat(),
        "ended_at": NOON.isoformat(),
    }
    return told | given


async def a_recipient(services: Services) -> int:
    async with services.database.begin() as connection:
        return await builders.a_recipient(services.context(connection, SYSTEM, "test"))


async def counted(services: Services, table: Any) -> int:
    async with services.database.begin() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def test_a_call_and_its_note_stand_in_the_story(services: Services, sign_in: SignIn) -> None:
    recipient, client = await a_recipient(services), await sign_in(login="ana")
    answer = await client.post(f"/v1/recipients/{recipient}/contacts", json=a_call(call_id="call-77"))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["reason"], told["disposition"], told["note"]) == ("cannot_hear", "refund_asked", NOTE)
    assert (told["actor"], told["call_id"]) == ("ana", "call-77")
    page = (await client.get(f"/v1/recipients/{recipient}/timeline")).json()["items"]
    by_kind = {entry["kind"]: entry for entry in page}
    assert by_kind["note"]["text"] == NOTE
    assert by_kind["note"]["id"] == told["note_id"]
    call = by_kind["contact"]
    assert (call["id"], call["seconds"], call["actor"]) == (told["id"], 184, "ana")
    only = (await client.get(f"/v1/recipients/{recipient}/timeline?kinds=contact")).json()["items"]
    assert [entry["kind"] for entry in only] == ["contact"]


async def test_each_call_has_its_entry_and_says_nothing_of_what_was_said(
    services: Services, sign_in: SignIn
) -> None:
    recipient, client = await a_recipient(services), await sign_in(login="ana")
    await client.post(f"/v1/recipients/{recipient}/contacts", json=a_call())
    async with services.database.begin() as connection:
        of_the_call = audit_entries.c.action == Action.CONTACT_RECORDED
        leaf = (await connection.execute(select(audit_entries.c.leaf).where(of_the_call))).scalar_one()
    entry = read_entry(leaf)
    assert (entry.actor, entry.subject) == ("ana", f"recipient:{recipient}")
    assert b"Refunded" not in leaf


async def test_the_same_key_again_records_one_call(services: Services, sign_in: SignIn) -> None:
    recipient, client = await a_recipient(services), await sign_in()
    for _ in range(2):
        answer = await client.post(
            f"/v1/recipients/{recipient}/contacts", json=a_call(), headers={"Idempotency-Key": "k-1"}
        )
        assert answer.status_code == 201
    assert (await counted(services, contacts), await counted(services, notes)) == (1, 1)


async def test_an_empty_note_writes_none(services: Services, sign_in: SignIn) -> None:
    recipient, client = await a_recipient(services), await sign_in()
    answer = await client.post(f"/v1/recipients/{recipient}/contacts", json=a_call(note="  "))
    assert answer.status_code == 201
    assert answer.json()["note_id"] is None
    assert await counted(services, notes) == 0


@pytest.mark.parametrize(
    ("began", "ended", "seconds"),
    [(-60, 3600, 60), (7200, 3600, 0), (60, -60, 0), (-120, -60, 60)],
    ids=["ahead", "far ahead", "backwards", "sent later"],
)
async def test_a_desks_wrong_clock_refuses_no_call(
    services: Services, sign_in: SignIn, began: int, ended: int, seconds: int
) -> None:
    recipient, client = await a_recipient(services), await sign_in()
    moments = {
        "began_at": (NOON + timedelta(seconds=began)).isoformat(),
        "ended_at": (NOON + timedelta(seconds=ended)).isoformat(),
    }
    answer = await client.post(f"/v1/recipients/{recipient}/contacts", json=a_call(**moments))
    assert answer.status_code == 201
    page = (await client.get(f"/v1/recipients/{recipient}/timeline?kinds=contact")).json()["items"]
    assert [entry["seconds"] for entry in page] == [seconds]


@pytest.mark.parametrize(
    "given",
    [
        {"reason": "bored"},
        {"disposition": "fine"},
        {"note": "pay with 4242 4242 4242 4242"},
        {"call_id": "x" * 129},
    ],
    ids=["reason", "disposition", "card number", "call id"],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_stored(
    services: Services, sign_in: SignIn, given: dict[str, str]
) -> None:
    recipient, client = await a_recipient(services), await sign_in()
    answer = await client.post(f"/v1/recipients/{recipient}/contacts", json=a_call(**given))
    assert answer.status_code == 422
    assert (await counted(services, contacts), await counted(services, notes)) == (0, 0)


async def test_nobodys_call_and_one_by_an_auditor_are_refused(services: Services, sign_in: SignIn) -> None:
    recipient = await a_recipient(services)
    specialist, auditor = await sign_in(), await sign_in(Role.AUDITOR)
    assert (await specialist.post("/v1/recipients/999999/contacts", json=a_call())).status_code == 404
    assert (await auditor.post(f"/v1/recipients/{recipient}/contacts", json=a_call())).status_code == 403
    assert (await counted(services, contacts), await counted(services, notes)) == (0, 0)
