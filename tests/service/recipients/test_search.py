"""The find box: whoever a caller's words may mean is found, and nobody's words are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from care_console.contract.audit import Action
from care_console.contract.roles import Role
from care_console.contract.search import SearchReply
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import SYSTEM, Actor, Context
from care_console.service.foundation.services import Services
from care_console.service.recipients.search.rules import search
from tests.service.conftest import SignIn
from tests.service.recipients.spellings import A_NUMBER, A_SPELLING, SPELLINGS, Spelling, spell_number
from tests.support.builders import (
    a_charge,
    a_consent_event,
    a_link,
    a_message,
    a_recipient,
    a_refund,
    a_text,
)

pytestmark = pytest.mark.asyncio

PHONE = "+12145550142"


async def find(ctx: Context, typed: str, limit: int = 20) -> list[tuple[str, str]]:
    """Kind and id of each hit."""
    reply = await search(ctx, typed, limit)
    return [(hit.kind.value, hit.id) for hit in reply.items]


async def test_every_spelling_of_a_number_finds_everybody_on_it_and_nobody_else(ctx: Context) -> None:
    await a_recipient(ctx, phone="+12145550143")
    await a_recipient(ctx, phone="+14142145550", name="Nobody Else")
    one = await a_recipient(ctx, phone=PHONE, name="María Delgado")
    other = await a_recipient(ctx, phone=PHONE, name="")
    assert len(SPELLINGS) >= 40
    expected = {("recipient", str(one)), ("recipient", str(other))}
    for spelling in SPELLINGS:
        assert set(await find(ctx, spelling)) == expected, spelling


async def test_any_spelling_of_any_number_is_read_alike_and_found_alike(services: Services) -> None:
    """Forty and more spellings of each of a few dozen numbers, each put together by chance."""
    drawn: list[tuple[str, str]] = []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(A_NUMBER, st.lists(A_SPELLING, min_size=2, max_size=2))
    def draw(phone: str, spellings: list[Spelling]) -> None:
        drawn.extend((f"+1{phone}", spell_number(phone, spelling)) for spelling in spellings)

    draw()
    async with services.database.begin() as connection:
        ctx = services.context(connection, Actor("ana", Role.SPECIALIST, 1, 1), "test")
        wanted = {phone: await a_recipient(ctx, phone=phone, name="") for phone in {one for one, _ in drawn}}
        for phone, typed in drawn:
            assert await find(ctx, typed) == [("recipient", str(wanted[phone]))], typed
    assert len({typed for _, typed in drawn}) >= 40


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0142", "last 4 digits of the phone"),
        ("555-0142", "last 7 digits of the phone"),
        ("5550142", "last 7 digits of the phone"),
        ("214 555", "phone begins with 214555"),
        ("0142 delgado", "last 4 digits of the phone, name"),
        ("(214) 555-0142 Maria", "phone (214) 555-0142, name"),
    ],
)
async def test_parts_of_a_number_find_who_has_it(ctx: Context, typed: str, why: str) -> None:
    wanted = await a_recipient(ctx, phone=PHONE)
    await a_recipient(ctx, phone="+13125550199", name="Zoe Nobody")
    [hit] = (await search(ctx, typed, 20)).items
    assert (hit.recipient_id, hit.phone, hit.name) == (str(wanted), PHONE, "María Delgado")
    assert hit.why == why


async def test_a_name_beside_last_digits_comes_first(ctx: Context) -> None:
    await a_recipient(ctx, phone="+13125550142", name="Ana Ruiz")
    wanted = await a_recipient(ctx, phone=PHONE, name="María Delgado")
    await a_recipient(ctx, phone="+13125550000", name="Maria Elsewhere")
    found = await find(ctx, "maria 0142")
    assert found[0] == ("recipient", str(wanted))
    assert len(found) == 3


NAMES_TYPED = [
    "María Delgado-Peña", "maria delgado pena", "DELGADO MARIA", "delgado, maria", "Maria Del", "mar pe",
    "Mara Delgado", "Maria Delgdo", "mraia delgado", "maria dlegado", "Sra. Delgado", "Mari\u0301a Delgado",
    "Marie Delgado", "delg", "ＭＡＲＩＡ Delgado", "pena maria", "m delgado",
]  # fmt: skip


async def test_a_name_is_found_without_accents_in_any_order_half_typed_or_misspelled(ctx: Context) -> None:
    wanted = await a_recipient(ctx, name="María Delgado-Peña")
    await a_recipient(ctx, name="Wei Zhang")
    for typed in NAMES_TYPED:
        assert await find(ctx, typed) == [("recipient", str(wanted))], typed


NAMES_STORED = [
    ("Siobhán O'Brien", "obrien"),
    ("Siobhán O'Brien", "o'brien"),
    ("Siobhán O’Brien", "brien siobhan"),
    ("José Ñandú", "jose nandu"),
    ("Łukasz Groß", "lukasz gross"),
    ("Nguyễn Văn An", "nguyen van"),
    ("Олена Шевченко", "шевченко"),
    ("王 小明", "小明"),
    ("X" * 600, "X" * 90),
]


async def test_names_of_any_kind_are_stored_and_found(ctx: Context) -> None:
    for name, typed in NAMES_STORED:
        wanted = await a_recipient(ctx, name=name)
        assert ("recipient", str(wanted)) in await find(ctx, typed), name


async def test_whole_words_come_before_beginnings_and_those_before_misspellings(ctx: Context) -> None:
    near = await a_recipient(ctx, name="Anna Ruiz")
    begins = await a_recipient(ctx, name="Anabel Ruiz")
    whole = await a_recipient(ctx, name="Ruiz Ana")
    found = await search(ctx, "ana ruiz", 20)
    assert [hit.recipient_id for hit in found.items] == [str(whole), str(begins), str(near)]
    assert [hit.why for hit in found.items] == ["name", "name begins so", "name like anna ruiz"]


async def test_a_changed_name_is_found_by_its_new_words(ctx: Context) -> None:
    wanted = await a_recipient(ctx, name="Maria Delgado")
    await ctx.connection.execute(text("UPDATE recipients SET name = 'Quetzalli Ibarra'"))
    assert await find(ctx, "quetzali") == [("recipient", str(wanted))]
    assert await find(ctx, "delgado") == []


async def test_among_equals_the_one_last_heard_of_comes_first(ctx: Context) -> None:
    silent = await a_recipient(ctx, name="Ana Ruiz")
    old = await a_recipient(ctx, name="Ana Ruiz")
    new = await a_recipient(ctx, name="Ana Ruiz")
    await a_message(ctx, recipient_id=old, recorded_at=ctx.now - timedelta(days=90))
    await a_message(ctx, recipient_id=new)
    assert [row for _, row in await find(ctx, "ana ruiz")] == [str(new), str(old), str(silent)]


async def _a_history(ctx: Context) -> dict[str, tuple[str, str]]:
    """One of everything that carries a reference, and what finding it must give."""
    recipient = await a_recipient(ctx, phone=PHONE, imported_id="R0000001")
    message = await a_message(ctx, recipient_id=recipient, imported_id="VM398E92A4F5D")
    await a_link(ctx, message, code="D7C60C5E752", imported_id="LKD7C60C5E752")
    await a_text(ctx, message, imported_id="TX75FD8617F47")
    await a_text(ctx, phone=PHONE, imported_id="TX00000000001")
    await a_consent_event(ctx, PHONE, imported_id="EV00000000001")
    charge = await a_charge(ctx, message, imported_id="CH1434FFD173C", processor_ref="pi_2e8aabd4bc")
    refund = await a_refund(ctx, charge, imported_id="RFBDD04AF0EFC", processor_ref="re_a99efbfea2")
    who, what, paid = ("recipient", str(recipient)), ("message", str(message)), ("charge", str(charge))
    return {
        "R0000001": who, "VM398E92A4F5D": what, "vm398e92a4f5d": what, "VM-398E-92A4-F5D": what,
        "message VM398E92A4F5D please": what, "LKD7C60C5E752": what, "TX75FD8617F47": what,
        "TX00000000001": who, "EV00000000001": who, "CH1434FFD173C": paid, "pi_2e8aabd4bc": paid,
        "RFBDD04AF0EFC": paid, "re_a99efbfea2": paid, str(refund): paid, f"#{message}": what,
        "https://mvm.example/m/D7C60C5E752": what, "d7c60-c5e752": what, "D7C6 0C5E 752": what,
        "code d7c6oc5e752": what, "mvm.example/d7c60c5e752": what,
    }  # fmt: skip


async def test_every_reference_and_code_finds_what_carries_it(ctx: Context) -> None:
    expected = await _a_history(ctx)
    await a_message(ctx, imported_id="VM000000000FF")
    for typed, hit in expected.items():
        assert await find(ctx, typed) == [hit], typed


async def test_an_expired_or_replaced_code_says_so(ctx: Context) -> None:
    message = await a_message(ctx)
    await a_link(ctx, message, code="REPLACED234", revoked_at=ctx.now)
    await a_link(ctx, message, code="EXPIRED2345", expires_at=ctx.now)
    [replaced] = (await search(ctx, "REPLACED234", 20)).items
    [expired] = (await search(ctx, "EXPIRED2345", 20)).items
    assert (replaced.why, expired.why) == ("link code, replaced by a newer link", "link code, expired")


async def test_a_card_with_its_amount_or_day_finds_the_charges(ctx: Context) -> None:
    message = await a_message(ctx, recorded_at=datetime(2026, 11, 14, 17, 0, tzinfo=UTC))
    wanted = await a_charge(
        ctx, message, charged_at=datetime(2026, 11, 15, 4, 30, tzinfo=UTC)
    )  # 14th, Eastern
    later = await a_charge(
        ctx, message, charged_at=datetime(2026, 11, 15, 5, 30, tzinfo=UTC), amount_cents=90
    )
    await a_charge(ctx, message, last4="4243")
    await a_charge(ctx, message, charged_at=datetime(2026, 10, 1, tzinfo=UTC), amount_cents=120)
    assert await find(ctx, "4242 3.99") == [("charge", str(wanted))]
    for typed in ("4242 11/14", "visa 4242 nov 14", "card ending 4242, charged on the 14th"):
        assert await find(ctx, typed) == [("charge", str(wanted)), ("charge", str(later))], typed
    hit = (await search(ctx, "4242 11/14", 1)).items[0]
    assert (hit.title, hit.why) == ("$3.99 Visa 4242", "card ending 4242, that day")
    assert hit.detail == "paid Nov 14, 11:30 PM · for the message from John Doe to María Delgado"


async def test_last_four_that_are_a_phones_and_a_cards_find_both(ctx: Context) -> None:
    caller = await a_recipient(ctx, phone="+12145554242")
    charge = await a_charge(ctx, await a_message(ctx))
    assert await find(ctx, "4242 3.99") == [("charge", str(charge)), ("recipient", str(caller))]


async def test_no_more_than_the_limit_and_nothing_for_nothing(ctx: Context) -> None:
    for _ in range(60):
        await a_recipient(ctx, phone=PHONE)
    assert len(await find(ctx, PHONE)) == 20
    assert len(await find(ctx, "delgado", 50)) == 50
    for nothing in ("", "   ", "\0\0", "....", "%", "_", "'", "m"):
        assert await find(ctx, nothing) == []


ODD = [
    "\0", "a\0b", "'; DROP TABLE recipients; --", "\\", "%%%", "_____", "(((((((", ".*+?^${}()|[]\\",
    "'' & | ! <->",
    "maria:* & del", "4242 99/99", "+" * 500, "9" * 10_000, "Maria " * 2000, "\ud800", "😀", "x" * 10_000,
    "٣٣٣٣", "NaN", "-1", "99999999999999999999", "ﷺ" * 200, "\u202e0142", "a'b'c'd",
    "`´’'", "$", "$$$ 4242 $",
]  # fmt: skip


async def test_odd_input_is_answered(ctx: Context) -> None:
    await a_recipient(ctx, name="Maria Delgado")
    for typed in ODD:
        assert isinstance(await search(ctx, typed, 20), SearchReply)


async def test_any_text_at_all_is_answered(services: Services) -> None:
    typed_texts: list[str] = []

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.text(max_size=60))
    def collect(typed: str) -> None:
        typed_texts.append(typed)

    collect()
    async with services.database.begin() as connection:
        ctx = services.context(connection, Actor("ana", Role.SPECIALIST, 1, 1), "test")
        await a_recipient(ctx, name="Maria Delgado")
        for typed in typed_texts:
            await search(ctx, typed, 20)
    assert len(typed_texts) >= 100


async def _get(client: httpx.AsyncClient, query: str) -> Any:
    answer = await client.get(f"/v1/search?{query}")
    return answer.status_code, answer.json()


async def test_over_the_wire(sign_in: SignIn, services: Services) -> None:
    async with services.database.begin() as connection:
        wanted = await a_recipient(services.context(connection, SYSTEM, "test"), phone=PHONE)
    client = await sign_in()
    status, body = await _get(client, f"q={quote('(214) 555-0142')}")
    reply = SearchReply.model_validate(body)
    assert (status, reply.next_cursor, reply.understood) == (200, None, ["phone (214) 555-0142"])
    assert [hit.id for hit in reply.items] == [str(wanted)]
    for odd in ("q=", "", "q=%00%ff", f"q={'x' * 20_000}", "q=%F0%9F%98%80"):
        status, body = await _get(client, odd)
        assert (status, body["items"]) == (200, []), odd
    assert (await _get(client, "q=a&limit=51"))[0] == 422
    assert (await _get(await sign_in(Role.AUDITOR), "q=a"))[0] == 403


async def test_the_entry_tells_kinds_and_counts_and_never_the_words(
    sign_in: SignIn, services: Services
) -> None:
    async with services.database.begin() as connection:
        await a_recipient(services.context(connection, SYSTEM, "test"), phone=PHONE)
    client = await sign_in()
    await client.get("/v1/search", params={"q": "Delgado 0142"})
    async with services.database.begin() as connection:
        query = select(audit_entries.c.leaf).where(audit_entries.c.action == Action.SEARCHED)
        [leaf] = (await connection.execute(query)).scalars()
    entry = read_entry(leaf)
    assert (entry.actor, entry.details) == (
        "specialist",
        {"kinds": "phone digits, name, reference, code", "hits": 1},
    )
    assert b"elgado" not in leaf
    assert b"0142" not in leaf
