"""Who may do what: one table, written out here once more, and enforced by the API call by call."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import PERMISSIONS, Permission, Role, may
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.services import Services
from care_console.service.refunds.limits import limits_of
from care_console.service.settings import Settings
from tests.contract.test_openapi import operations
from tests.service.conftest import SignIn, app, clock, services, settings, sign_in

__all__ = ["app", "clock", "services", "settings", "sign_in"]

ALL = frozenset(Role)
DESK = frozenset({Role.SPECIALIST, Role.SUPERVISOR})
LOGS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
ABOVE = frozenset({Role.SUPERVISOR})

WHO_MAY: dict[str, frozenset[Role]] = {
    "GET /v1/session": ALL,
    "DELETE /v1/session": ALL,
    "GET /v1/events": ALL,  # each event is sent to whoever may see it
    "GET /v1/search": DESK,
    "GET /v1/recipients/{recipient_id}": DESK,
    "GET /v1/recipients/{recipient_id}/timeline": DESK,
    "GET /v1/recipients/{recipient_id}/texts": DESK,
    "POST /v1/recipients/{recipient_id}/reach": DESK,
    "GET /v1/recipients/{recipient_id}/prepaid": DESK,
    "POST /v1/recipients/{recipient_id}/notes": DESK,
    "POST /v1/recipients/{recipient_id}/contacts": DESK,
    "PUT /v1/presence": DESK,
    "GET /v1/messages/{message_id}": DESK,
    "POST /v1/messages/{message_id}/previews": DESK,
    "GET /v1/previews/{preview_id}/sound": DESK,
    "POST /v1/messages/{message_id}/links": DESK,
    "GET /v1/charges/{charge_id}": DESK,
    "GET /v1/recipients/{recipient_id}/charges": DESK,
    "GET /v1/charges/{charge_id}/refund-terms": DESK,
    "POST /v1/charges/{charge_id}/refunds": DESK,
    "POST /v1/charges/{charge_id}/receipts": DESK,
    "GET /v1/refunds/{refund_id}": DESK,
    "DELETE /v1/refunds/{refund_id}": DESK,
    "POST /v1/opt-outs": DESK,
    "GET /v1/opt-outs": LOGS,
    "POST /v1/opt-outs/{opt_out_id}/corrections": DESK,
    "GET /v1/approvals": DESK,  # who may not decide sees their own
    "GET /v1/approvals/{approval_id}": DESK,
    "DELETE /v1/approvals/{approval_id}": DESK,  # one's own alone
    "GET /v1/opt-outs.csv": LOGS,
    "GET /v1/opt-outs.xlsx": LOGS,
    "GET /v1/opt-outs/{opt_out_id}": LOGS,
    "POST /v1/approvals/{approval_id}/decision": ABOVE,
    "GET /v1/facilities": ABOVE,
    "GET /v1/pauses": ABOVE,
    "POST /v1/pauses": ABOVE,
    "DELETE /v1/pauses/{pause_id}": ABOVE,
}
STREAM = "GET /v1/events"


def test_each_call_for_staff_is_in_the_table() -> None:
    for_staff = {
        f"{method.upper()} {path}"
        for path, method, told in operations()
        if {"session": []} in told.get("security", [])
    }
    assert for_staff == set(WHO_MAY), "say here who may make a new call"


def test_no_role_holds_what_another_one_is_there_to_check() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert {held for role in Role for held in PERMISSIONS[role]} == set(Permission)
    for acts in (Permission.REFUND, Permission.REISSUE, Permission.PREVIEW, Permission.READ_STORY):
        assert {role for role in Role if may(role, acts)} == DESK
    assert {role for role in Role if may(role, Permission.EXPORT_AUDIT_LOG)} == {Role.AUDITOR}
    assert {role for role in Role if may(role, Permission.MANAGE_STAFF)} == {Role.ADMINISTRATOR}
    assert not PERMISSIONS[Role.SPECIALIST] & {Permission.DECIDE, Permission.READ_AUDIT_LOG}
    assert {role for role in Role if limits_of(Settings(), role) is not None} == DESK


@pytest.mark.asyncio
@pytest.mark.parametrize("role", list(Role))
async def test_the_service_holds_to_the_table(role: Role, sign_in: SignIn, services: Services) -> None:
    client = await sign_in(role)
    refused = set()
    for call, allowed in WHO_MAY.items():
        if call in (STREAM, "DELETE /v1/session"):
            continue  # every role may; the one does not end, and the other ends what is needed below
        method, path = call.replace("{preview_id}", "0" * 32).replace("{refund_id}", "0" * 32).split(" ")
        for hole in (
            "{recipient_id}",
            "{message_id}",
            "{charge_id}",
            "{approval_id}",
            "{opt_out_id}",
            "{pause_id}",
        ):
            path = path.replace(hole, "999999")
        answer = await client.request(method, path, json={} if method == "POST" else None)
        if role in allowed:
            assert answer.status_code not in (401, 403), call
        else:
            assert answer.status_code == 403, call
            assert answer.json()["type"] == ProblemType.FORBIDDEN.uri
            refused.add(f"request:{method} {path}")
    async with services.database.begin() as connection:
        rows = await connection.execute(
            select(audit_entries.c.leaf).where(audit_entries.c.action == Action.REFUSED)
        )
        entries = [read_entry(row.leaf) for row in rows]
    assert {one.subject for one in entries if one.details["status"] == 403} == refused
    assert {one.actor for one in entries} <= {role.value}
    assert (await client.delete("/v1/session")).status_code == 204
