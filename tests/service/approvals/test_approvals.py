"""Approvals over the API: asked, decided once, taken back, overtaken, ended by time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.service.approvals.tables import approvals
from care_console.service.approvals.tasks import end_overdue
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio


async def an_old_charge(services: Services, **values: Any) -> int:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        message = await builders.a_message(ctx)
        return await builders.a_charge(ctx, message, charged_at=ctx.now - timedelta(days=91), **values)


async def asked(client: httpx.AsyncClient, charge: int, note: str = "she holds") -> tuple[str, str]:
    """Ask for a refund that needs somebody else; the refund's id and the approval's."""
    body = {"amount_cents": 399, "reason": "duplicate", "note": note, "expected_refunded_cents": 0}
    headers = {"Idempotency-Key": str(uuid4())}
    answer = await client.post(f"/v1/charges/{charge}/refunds", json=body, headers=headers)
    assert answer.json()["state"] == "awaiting_approval", answer.text
    return answer.json()["id"], answer.json()["approval"]["id"]


async def decide(
    client: httpx.AsyncClient, approval: str, decision: str, note: str = "", key: str | None = None
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else None
    body = {"decision": decision, "note": note}
    return await client.post(f"/v1/approvals/{approval}/decision", json=body, headers=headers)


async def refund(client: httpx.AsyncClient, refund_id: str) -> dict[str, Any]:
    read: dict[str, Any] = (await client.get(f"/v1/refunds/{refund_id}")).json()
    return read


async def test_approved_it_goes_to_its_ten_seconds_and_says_by_whom(
    services: Services, sign_in: SignIn
) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    refund_id, approval = await asked(ana, await an_old_charge(services))
    [waits] = (await sue.get("/v1/approvals")).json()["items"]
    assert (waits["id"], waits["requested_by"], waits["asked_note"]) == (approval, "ana", "she holds")
    assert (waits["recipient_name"], waits["amount_cents"], waits["reason"]) == (
        "María Delgado",
        399,
        "duplicate",
    )
    assert waits["why"] == (await refund(ana, refund_id))["approval"]["why"]
    answer = await decide(sue, approval, "approve", "go on")
    assert (answer.status_code, answer.json()["decided_by"]) == (200, "sue")
    now = await refund(ana, refund_id)
    assert (now["state"], now["sends_at"]) == ("waiting", "2026-11-20T17:00:10Z")
    assert (now["approval"]["decision"], now["approval"]["decided_by"]) == ("approve", "sue")
    assert now["approval"]["note"] == "go on"
    assert (await ana.get("/v1/approvals")).json() == {"items": [], "next_cursor": None, "total": 0}
    story = (await ana.get(f"/v1/recipients/{now['recipient_id']}/timeline?kinds=refund")).json()
    assert story["items"][0]["approval"]["decided_by"] == "sue"


async def test_declined_the_charge_is_whole_again(services: Services, sign_in: SignIn) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    charge = await an_old_charge(services)
    refund_id, approval = await asked(ana, charge)
    terms = f"/v1/charges/{charge}/refund-terms"
    assert (await ana.get(terms)).json()["refunded_cents"] == 399
    assert (await decide(sue, approval, "decline", "no")).status_code == 200
    assert (await refund(ana, refund_id))["state"] == "declined"
    assert (await ana.get(terms)).json()["refunded_cents"] == 0


async def test_of_two_supervisors_at_once_one_wins_and_the_other_is_told(
    services: Services, sign_in: SignIn
) -> None:
    ana = await sign_in(login="ana")
    sue, omar = await sign_in(Role.SUPERVISOR, "sue"), await sign_in(Role.SUPERVISOR, "omar")
    for _ in range(5):
        refund_id, approval = await asked(ana, await an_old_charge(services))
        answers = await asyncio.gather(
            decide(sue, approval, "approve"),
            decide(omar, approval, "decline"),
            decide(sue, approval, "approve"),
        )
        won = [one for one in answers if one.status_code == 200]
        told = [one.json() for one in answers if one.status_code == 409]
        assert (len(won), len(told)) == (1, 2)
        winner = won[0].json()
        for one in told:
            assert one["type"] == ProblemType.ALREADY_DECIDED.uri
            assert one["detail"].startswith(f"{winner['decided_by']} {winner['decision']}d this already.")
            assert one["fields"] == {"decided_by": winner["decided_by"], "decision": winner["decision"]}
        state = (await refund(ana, refund_id))["state"]
        assert state == ("waiting" if winner["decision"] == "approve" else "declined")


async def test_the_same_key_again_is_the_same_decision(services: Services, sign_in: SignIn) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    _, approval = await asked(ana, await an_old_charge(services))
    key = str(uuid4())
    first = await decide(sue, approval, "approve", key=key)
    again = await decide(sue, approval, "approve", key=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (await decide(sue, approval, "approve")).status_code == 409


async def test_taking_back_and_deciding_at_once_leaves_one_of_them(
    services: Services, sign_in: SignIn
) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    for _ in range(5):
        refund_id, approval = await asked(ana, await an_old_charge(services))
        taken, decided = await asyncio.gather(
            ana.delete(f"/v1/approvals/{approval}"), decide(sue, approval, "approve")
        )
        state = (await refund(ana, refund_id))["state"]
        if decided.status_code == 200:
            assert (taken.status_code, state) == (409, "waiting")
            assert "sue approved this already" in taken.json()["detail"]
        else:
            assert (taken.status_code, decided.status_code, state) == (200, 409, "withdrawn")
            assert "ana took this back" in decided.json()["detail"]


async def test_ones_own_alone_is_taken_back_and_seen(services: Services, sign_in: SignIn) -> None:
    ana, ben, sue = await sign_in(login="ana"), await sign_in(login="ben"), await sign_in(Role.SUPERVISOR)
    _, approval = await asked(ana, await an_old_charge(services))
    assert (await ben.get("/v1/approvals")).json()["total"] == 0
    assert (await ben.get(f"/v1/approvals/{approval}")).status_code == 404
    for other in (ben, sue):
        assert (await other.delete(f"/v1/approvals/{approval}")).status_code == 403
    await _a_colleague_takes_back(services, ana, ben, sue)
    first = await ana.delete(f"/v1/approvals/{approval}")
    assert first.json()["withdrawn_by"] == "ana"
    assert (await ana.delete(f"/v1/approvals/{approval}")).json() == first.json()


async def _a_colleague_takes_back(
    services: Services, ana: httpx.AsyncClient, ben: httpx.AsyncClient, sue: httpx.AsyncClient
) -> None:
    """A refund can be taken back by whoever has the caller; whoever decides is told by whom."""
    refund_id, approval = await asked(ana, await an_old_charge(services))
    assert (await ben.delete(f"/v1/refunds/{refund_id}")).json()["state"] == "withdrawn"
    assert "ben took this back" in (await decide(sue, approval, "approve")).json()["detail"]


async def test_a_dispute_in_between_leaves_only_declining(services: Services, sign_in: SignIn) -> None:
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    charge = await an_old_charge(services)
    refund_id, approval = await asked(ana, charge)
    async with services.database.begin() as connection:
        await builders.a_dispute(services.context(connection, SYSTEM, "test"), charge)
    told = (await sue.get(f"/v1/approvals/{approval}")).json()["why_not_approve"]
    refused = await decide(sue, approval, "approve")
    assert (refused.status_code, refused.json()["type"]) == (409, ProblemType.STALE_REQUEST.uri)
    assert told in refused.json()["detail"]
    assert (await refund(ana, refund_id))["state"] == "awaiting_approval"
    assert (await decide(sue, approval, "decline")).status_code == 200
    assert (await refund(ana, refund_id))["state"] == "declined"


async def test_what_nobody_decides_ends_by_itself(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    ana = await sign_in(login="ana")
    refund_id, approval = await asked(ana, await an_old_charge(services))
    clock.advance(timedelta(hours=23))
    context = SimpleNamespace(additional_context={"services": services})
    await end_overdue(context, 0)  # type: ignore[arg-type]
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    assert (await refund(ana, refund_id))["state"] == "awaiting_approval"
    clock.advance(timedelta(hours=1))
    ana, sue = await sign_in(login="ana"), await sign_in(Role.SUPERVISOR, "sue")
    late = await decide(sue, approval, "approve")
    assert "Nobody decided within 24 hours" in late.json()["detail"]
    await end_overdue(context, 0)  # type: ignore[arg-type]
    ended = await refund(ana, refund_id)
    assert (ended["state"], "Nobody decided" in ended["failure"]) == ("withdrawn", True)
    assert (await ana.get(f"/v1/approvals/{approval}")).json()["withdrawn_by"] == "system"
    assert "Nobody decided" in (await decide(sue, approval, "decline")).json()["detail"]


async def test_a_kind_that_this_service_does_not_know_to_carry_out_can_be_declined(
    services: Services, sign_in: SignIn
) -> None:
    sue = await sign_in(Role.SUPERVISOR, "sue")
    async with services.database.begin() as connection:
        inserted = await connection.execute(
            approvals.insert()
            .values(
                kind="make_good",
                subject="1",
                why="another release's",
                requested_by="ana",
                requested_at=services.clock.now(),
            )
            .returning(approvals.c.id)
        )
        approval = str(inserted.scalar_one())
    assert (await decide(sue, approval, "approve")).status_code == 409
    assert (await decide(sue, approval, "decline")).status_code == 200


async def test_the_list_goes_on_page_by_page(services: Services, sign_in: SignIn) -> None:
    ana = await sign_in(login="ana")
    ids = [(await asked(ana, await an_old_charge(services)))[1] for _ in range(3)]
    first = (await ana.get("/v1/approvals?limit=2")).json()
    second = (await ana.get(f"/v1/approvals?limit=2&cursor={first['next_cursor']}")).json()
    assert [one["id"] for one in first["items"] + second["items"]] == ids
    assert (first["total"], second["next_cursor"]) == (3, None)
