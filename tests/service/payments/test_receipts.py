"""A receipt by text: one segment, to a number that may be texted, and once while one waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.facilities.pauses import pause_number
from care_console.service.foundation.context import Context
from care_console.service.foundation.services import Services
from care_console.service.texting.bodies import GSM, SEGMENT_GSM, ReceiptFacts, receipt_body, septets
from care_console.service.texting.tables import texts
from tests.service.conftest import SignIn
from tests.service.texting.conftest import Texting, settings, texting, twin
from tests.support import builders

__all__ = ["settings", "texting", "twin"]
PHONE = "+12145550142"


async def a_paid_charge(ctx: Context, **values: Any) -> int:
    recipient = await builders.a_recipient(ctx, phone=PHONE, language="en")
    message = await builders.a_message(ctx, recipient_id=recipient)
    return await builders.a_charge(ctx, message, **values)


async def receipts(services: Services) -> list[Any]:
    async with services.database.begin() as connection:
        return list(await connection.execute(select(texts).where(texts.c.kind == "receipt")))


@pytest.mark.asyncio
async def test_it_goes_to_the_number_and_says_what_was_paid(
    sign_in: SignIn, services: Services, ctx: Context, texting: Texting
) -> None:
    charge = await a_paid_charge(ctx)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST, "ana")
    answer = await client.post(f"/v1/charges/{charge}/receipts")
    assert answer.status_code == 202, answer.text
    words = answer.json()["words"]
    assert words == (
        f"Receipt {charge}: $3.99, Visa 4242, 11/20, voice message from John Doe. Care (844) 777-0710. "
        "STOP to opt out"
    )
    assert answer.json()["text"]["goes"] is True
    await texting.work()
    assert [(one["to"], one["body"]) for one in await texting.handed()] == [(PHONE, words)]
    async with services.database.begin() as connection:
        query = select(audit_entries.c.leaf).where(audit_entries.c.action == Action.RECEIPT_SENT)
        [entry] = [read_entry(row.leaf) for row in await connection.execute(query)]
    assert (entry.actor, entry.subject) == ("ana", f"charge:{charge}")


@pytest.mark.asyncio
async def test_the_same_key_and_two_who_press_at_once_send_one(
    sign_in: SignIn, services: Services, ctx: Context
) -> None:
    charge = await a_paid_charge(ctx)
    await ctx.connection.commit()
    ana, sue = await sign_in(Role.SPECIALIST, "ana"), await sign_in(Role.SUPERVISOR, "sue")
    path, key = f"/v1/charges/{charge}/receipts", {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(ana.post(path, headers=key), sue.post(path))
    assert sorted(one.status_code for one in answers) == [202, 409]
    assert [one.json()["type"] for one in answers if one.status_code == 409] == [
        ProblemType.RECEIPT_WAITS.uri
    ]
    again = await ana.post(path, headers=key)
    assert again.status_code in (202, 409)
    assert len(await receipts(services)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("opt_out", ProblemType.NUMBER_OPTED_OUT),
        ("hold", ProblemType.NUMBER_HELD),
        ("pause", ProblemType.NUMBER_PAUSED),
        ("failed", ProblemType.NO_RECEIPT),
    ],
)
async def test_it_is_refused_with_a_sentence_and_nothing_is_queued(
    sign_in: SignIn, services: Services, ctx: Context, why: str, kind: ProblemType
) -> None:
    charge = await a_paid_charge(ctx, status="failed" if why == "failed" else "succeeded")
    if why == "pause":
        await pause_number(ctx, PHONE, "floods")
    elif why != "failed":
        await builders.a_consent_event(ctx, PHONE, kind=why)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST)
    answer = await client.post(f"/v1/charges/{charge}/receipts")
    assert (answer.status_code, answer.json()["type"]) == (409, kind.uri)
    assert "No text went." in answer.json()["detail"]
    assert await receipts(services) == []


@pytest.mark.asyncio
async def test_a_stop_cancels_one_that_waits(
    sign_in: SignIn, services: Services, ctx: Context, texting: Texting
) -> None:
    charge = await a_paid_charge(ctx)
    await ctx.connection.commit()
    client = await sign_in(Role.SPECIALIST)
    await client.post(f"/v1/charges/{charge}/receipts")
    await texting.hear("STOP")
    await texting.work()
    assert [row.status for row in await receipts(services)] == ["cancelled"]
    assert [one["body"] for one in await texting.handed() if one["body"].startswith("Receipt")] == []


@given(
    language=st.sampled_from(["en", "es"]),
    amount=st.integers(1, 9_999),
    back=st.integers(0, 9_999),
    paid_by=st.sampled_from(["", "Visa 4242", "Mastercard 5454", "Discover 0000"]),
    sender=st.text(max_size=100),
    reference=st.text(max_size=64),
)
def test_it_is_one_segment_of_the_gsm_alphabet_whatever_the_name(
    language: str, amount: int, back: int, paid_by: str, sender: str, reference: str
) -> None:
    at = datetime(2026, 12, 24, 18, tzinfo=UTC)
    body = receipt_body(language, ReceiptFacts(amount, back, at, paid_by, sender, reference))
    assert septets(body) <= SEGMENT_GSM
    assert set(body) <= GSM
    assert ("STOP" if language == "en" else "ALTO") in body
