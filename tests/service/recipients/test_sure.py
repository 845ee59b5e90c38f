"""What can hardly mean anything else is found by itself, and means what it meant when all readings were."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.search import SearchReply
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import SYSTEM, Actor, Context
from care_console.service.foundation.services import Services
from care_console.service.recipients.search import cards, days, spoken, sure
from care_console.service.recipients.search.cards import read_charge, read_plain_charge
from care_console.service.recipients.search.numbers import read_numbers
from care_console.service.recipients.search.reading import Reading, read
from care_console.service.recipients.search.rules import search
from care_console.service.recipients.search.sure import read_surely
from tests.service.recipients.spellings import A_NUMBER, A_SPELLING, SPELLINGS, Spelling, spell_number
from tests.support.builders import a_charge, a_link, a_message, a_recipient, a_refund

TODAY = date(2026, 11, 20)
WORDS = re.findall(
    r"\S+",
    """
    nov 14 14th november fourteenth the twenty first yesterday ago two days hace dos días last tuesday martes
    3.99 $3 399 three dollars ninety nine cents tres dólares con 4242 visa card maría 214-555-0142 11/14 el
    2026-11-14 hotel kilo mike double seven a b c 7KM 5 papa november two romeo mvm.example MVM.EXAMPLE*VOICE
    twenty's o'clock dia quince de noviembre 14nov nov14 14thnov sábado Sábado, sent mes semana this week
    """,
)
SAID = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join) | st.text(max_size=30)


class _Anything(frozenset[str]):
    """Takes every word for one of its own, so that nothing is told at a glance."""

    def isdisjoint(self, _other: object) -> bool:
        return False


def _closely(text: str, monkeypatch: pytest.MonkeyPatch) -> object:
    with monkeypatch.context() as patched:
        patched.setattr(days, "_WORDS_OF_DAY", _Anything())
        patched.setattr(days, "_NUMBERS_OF_DAYS", _Anything())
        patched.setattr(spoken, "_NUMBERS_SAID", _Anything())
        patched.setattr(spoken, "MOST_AT_A_GLANCE", -1)
        patched.setattr(cards, "_MONEY_SAID", re.compile(""))
        patched.setattr(cards, "_MONEY_TYPED", re.compile(""))
        return read(text, TODAY, "mvm.example")


def test_what_is_told_at_a_glance_is_what_is_read_closely() -> None:
    monkeypatch = pytest.MonkeyPatch()

    @given(SAID)
    def alike(text: str) -> None:
        assert read(text, TODAY, "mvm.example") == _closely(text, monkeypatch)

    alike()


@given(A_NUMBER, A_SPELLING)
def test_a_phone_read_surely_is_the_phone_read_in_every_way(phone: str, spelling: Spelling) -> None:
    typed = spell_number(phone, spelling)
    sure = read_surely(typed, TODAY)
    assert sure is None or sure.numbers == read(typed, TODAY).numbers


def test_most_spellings_of_a_number_are_sure() -> None:
    sure = [typed for typed in SPELLINGS if read_surely(typed, TODAY)]
    assert len(sure) > len(SPELLINGS) / 4
    assert "(214) 555-0142" in sure


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "142",
        "555-0142",
        "214-555-0142 maria",
        "1145550142",
        "maria delgado",
        "seven kilo mike",
        "4242 3.99",
        "4242 nov 14",
        "4242 3.99 nov 14 maria",
        "4242 0142 3.99 nov 14",
        "MSG 000142",
        "a 000142",
        "deshawn",
    ],
)
def test_what_may_mean_several_things_is_not_sure(typed: str) -> None:
    assert read_surely(typed, TODAY) is None


@pytest.mark.parametrize(
    "typed", ["4242 3.99 nov 14", "$3.99 11/14 4242", "xx4242 3.99 nov 14", "4242 3,99 14 de noviembre"]
)
def test_a_card_read_surely_is_the_card_read_in_every_way(typed: str) -> None:
    sure, whole = read_surely(typed, TODAY), read(typed, TODAY)
    assert sure is not None
    assert (sure.charge, sure.numbers) == (whole.charge, whole.numbers)
    assert sure.understood() == whole.understood()


MONTHS = [name for names in days._MONTHS for name in names] + ["Nov", "NOVEMBER", "enero", "mayo", "foo"]


@given(
    st.from_regex(r"[0-9]{4} [$]?[0-9]{1,3}\.[0-9]{2}", fullmatch=True),
    st.sampled_from(MONTHS),
    st.integers(0, 40),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.sampled_from(["", "mvm.example", "nov.example", "may.4242.example"]),
)
def test_a_card_read_at_a_glance_is_the_card_read_closely(
    paid: str, month: str, day: int, today: date, descriptor: str
) -> None:
    typed = f"{paid} {month} {day}"
    plain = read_plain_charge(typed, today, descriptor)
    assert (plain is None) or (plain, plain.last4s[0]) == _charge_and_rest(typed, today, descriptor)
    if plain is not None:
        assert read_surely(typed, today, descriptor) == _read_sure_closely(typed, today, descriptor)


def _charge_and_rest(typed: str, today: date, descriptor: str) -> tuple[object, str]:
    charge, rest = read_charge(typed, today, descriptor)
    return charge, rest.strip()


def _read_sure_closely(typed: str, today: date, descriptor: str) -> Reading:
    charge, rest = read_charge(typed, today, descriptor)
    return Reading(numbers=read_numbers(rest), charge=charge)


def test_most_ways_to_type_a_card_plainly_are_read_at_a_glance() -> None:
    for typed in ("4242 3.99 nov 14", "4242 $3.99 Nov 14", "0142 12.50 enero 2"):
        assert read_plain_charge(typed, TODAY, "mvm.example")


async def _told(services: Services, typed: str, limit: int = 20) -> SearchReply:
    """The answer over a connection for reading; one statement finds, tells and writes."""
    async with services.database.reading() as connection:
        return await search(services.context(connection, Actor("ana"), "test"), typed, limit)


async def _somebody(ctx: Context, **values: str) -> tuple[int, int]:
    """Somebody whose phone ends in 0142, with a message that was charged on the 14th to a card."""
    recipient = await a_recipient(ctx, phone="+12145550142")
    message = await a_message(ctx, recipient_id=recipient, **values)
    at = ctx.now.replace(month=11, day=14, hour=17)
    return recipient, await a_charge(ctx, message, charged_at=at - timedelta(days=365 * (at > ctx.now)))


@pytest.mark.asyncio
async def test_what_nobody_has_is_looked_for_in_every_way(services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        message = await a_message(ctx, imported_id="2145550199")
    for typed in ("2145550199", "214-555-0199"):
        reply = await _told(services, typed)
        assert [(hit.kind.value, hit.id) for hit in reply.items] == [("message", str(message))]


@pytest.mark.asyncio
async def test_four_digits_with_amount_and_day_are_a_cards_or_the_charged_phones(services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        _, charge = await _somebody(ctx)
        other = await a_recipient(ctx, phone="+13105554242")
        theirs = await a_charge(
            ctx, await a_message(ctx, recipient_id=other), last4="9999", charged_at=await _at(ctx, charge)
        )
        await a_recipient(ctx, phone="+13105564242")
    reply = await _told(services, "4242 3.99 nov 14")
    assert [(hit.kind.value, hit.id) for hit in reply.items] == [
        ("charge", str(charge)),
        ("charge", str(theirs)),
    ]
    assert [hit.why for hit in reply.items] == [
        "card ending 4242, $3.99, that day",
        "last 4 digits of the phone, $3.99, that day",
    ]


async def _at(ctx: Context, charge: int) -> object:
    from care_console.service.payments.tables import charges

    return (
        await ctx.connection.execute(select(charges.c.charged_at).where(charges.c.id == charge))
    ).scalar_one()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("(214) 555-0142", "phone"),
        ("msg-000142", "reference"),
        ("0142", "phone digits, reference, code"),
        ("4242 3.99 nov 14", "phone digits, card"),
    ],
)
async def test_the_entry_tells_what_was_found_in_a_transaction_too(
    services: Services, typed: str, kinds: str
) -> None:
    async with services.database.begin() as connection:
        await _somebody(services.context(connection, SYSTEM, "test"), imported_id="MSG-000142")
    alone = await _told(services, typed)
    async with services.database.begin() as connection:
        within = await search(services.context(connection, Actor("ana"), "test"), typed, 20)
    assert alone == within
    assert len(alone.items) == 1
    async with services.database.begin() as connection:
        query = select(audit_entries).where(audit_entries.c.action == Action.SEARCHED)
        rows = (await connection.execute(query)).all()
    entries = [read_entry(row.leaf) for row in rows]  # raises unless the bytes are canonical
    assert len(entries) == 2
    assert {entry.details["kinds"] for entry in entries} == {kinds}
    assert {entry.details["hits"] for entry in entries} == {1}
    for row, entry in zip(rows, entries, strict=True):
        assert (row.entry_id, row.at, row.actor, row.subject) == (entry.id, entry.at, "ana", entry.subject)


@pytest.mark.asyncio
async def test_no_more_is_told_and_counted_than_the_limit(services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        for _ in range(5):
            await a_recipient(ctx, phone="+12145550142")
    for typed in ("2145550142", "0142"):
        assert len((await _told(services, typed, limit=3)).items) == 3
    async with services.database.begin() as connection:
        leaves = (await connection.execute(select(audit_entries.c.leaf))).scalars().all()
    assert [read_entry(leaf).details["hits"] for leaf in leaves] == [3, 3]


def test_four_digits_read_surely_are_four_digits_read_in_every_way() -> None:
    for number in range(10_000):
        typed = f"{number:04}"
        assert read_surely(typed, TODAY) == read(typed, TODAY)


@pytest.mark.asyncio
async def test_of_four_digits_what_is_surer_comes_before_the_phones(services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        people = [await a_recipient(ctx, phone=f"+1{area}5550142") for area in range(210, 240)]
        message = await a_message(ctx, recipient_id=people[7], imported_id="0142")
        booked = await a_recipient(ctx, imported_id="0142")
    hits = (await _told(services, "0142")).items
    assert len(hits) == 20
    assert {(hit.kind.value, hit.id) for hit in hits[:2]} == {
        ("message", str(message)),
        ("recipient", str(booked)),
    }
    assert (hits[2].id, hits[2].why) == (str(people[7]), "last 4 digits of the phone")


@pytest.mark.asyncio
@pytest.mark.parametrize("reference", ["REF-000142", "ch_1434ffd173c"])
async def test_a_reference_that_two_kinds_of_things_bear_finds_both(
    services: Services, reference: str
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        message = await a_message(ctx, imported_id=reference)
        paid = await a_message(ctx)
        ours = {"processor_ref": reference} if reference.startswith("ch_") else {"imported_id": reference}
        charge = await a_charge(ctx, paid, **ours)
    reply = await _told(services, reference)
    assert {(hit.kind.value, hit.id) for hit in reply.items} == {
        ("message", str(message)),
        ("charge", str(charge)),
    }
    async with services.database.begin() as connection:
        leaves = (await connection.execute(select(audit_entries.c.leaf))).scalars().all()
    assert [read_entry(leaf).details["hits"] for leaf in leaves if b'"hits"' in leaf] == [2]


@pytest.mark.asyncio
async def test_a_messages_reference_is_looked_up_among_messages_alone_and_no_other_suffers(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        first = await a_message(ctx, imported_id="VM398E92A4F5D")
        await a_link(ctx, first, imported_id="LKD7C60C5E752")
        paid = await a_message(ctx, imported_id="VMX00000000FF")
        await a_refund(ctx, await a_charge(ctx, paid), processor_ref="VM398E92A4F5D")
    assert await _refs(services, "lkd7c60c5e752") == [("message", str(first), "link reference")]
    found = await _refs(services, "vm398e92a4f5d")
    assert {why for _, _, why in found} == {"message reference", "processor reference of a refund"}

    monkeypatch.setattr(sure, "_ways", lambda _reading: ("message reference",))
    assert await _refs(services, "VMX00000000FF") == [("message", str(paid), "message reference")]
    for other in ("lkd7c60c5e752", "vm398e92a4f5d"):
        reading = read_surely(other, TODAY)
        assert reading is not None
        async with services.database.reading() as reader:
            assert await sure.find_surely(services.context(reader, Actor("ana"), "test"), reading, 20) == []


async def _refs(services: Services, typed: str) -> list[tuple[str, str, str]]:
    return [(hit.kind.value, hit.id, hit.why) for hit in (await _told(services, typed)).items]
