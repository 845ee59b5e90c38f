"""What callers say besides numbers and names: amounts, days, senders, facilities; and what finds nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from care_console.service.foundation.context import Context
from care_console.service.recipients.search.rules import search
from tests.service.recipients.test_search import PHONE, find
from tests.support.builders import a_charge, a_facility, a_link, a_message, a_recipient, a_sender

pytestmark = pytest.mark.asyncio


async def test_an_amount_and_a_day_without_the_card_find_the_charges_of_that_day_first(ctx: Context) -> None:
    message = await a_message(ctx)
    days = {day: datetime(2026, 11, day, 17, 0, tzinfo=UTC) for day in (12, 14, 15)}
    paid = {day: await a_charge(ctx, message, charged_at=at) for day, at in days.items()}
    await a_charge(ctx, message, charged_at=days[14], amount_cents=400)
    spanish = "tres dólares con noventa y nueve el 14 de noviembre"
    for typed in ("3.99 nov 14", "MVM.EXAMPLE 11/14 $3.99", spanish):
        found = await find(ctx, typed)
        assert found == [("charge", str(paid[day])) for day in (14, 15, 12)], typed
    assert [id for _, id in await find(ctx, "$3.99")] == [str(paid[day]) for day in (15, 14, 12)]


async def test_an_amount_beside_a_person_finds_what_they_paid(ctx: Context) -> None:
    wanted = await a_recipient(ctx, phone=PHONE, name="Ana Ruiz")
    charge = await a_charge(ctx, await a_message(ctx, recipient_id=wanted), last4="1111")
    await a_charge(ctx, await a_message(ctx), last4="1111")
    for typed in ("ana ruiz 3.99", "0142 3.99 nov 20", "(214) 555-0142 $3.99 today", "ana 0142 3 dollars 99"):
        hit = (await search(ctx, typed, 20)).items[0]
        assert (hit.kind.value, hit.id) == ("charge", str(charge)), typed
        assert "$3.99" in hit.why


async def test_who_gets_messages_from_a_sender_a_facility_or_a_booking_number(ctx: Context) -> None:
    jail = await a_facility(ctx, name="Twin Buttes County Jail", imported_id="F0007")
    sender = await a_sender(
        ctx, name="Andre Whitehorse", booking_number="TX-0001234", facility_id=jail, imported_id="S0007"
    )
    wanted = await a_recipient(ctx, name="Ana Ruiz")
    for _ in range(3):
        await a_message(ctx, recipient_id=wanted, sender_id=sender)
    await a_message(ctx, recipient_id=await a_recipient(ctx, name="Zoe Nobody"))
    booked = "gets messages from booking number TX-0001234 of Andre Whitehorse"
    expected = {
        "message from Andre Whitehorse": "gets messages from Andre Whitehorse",
        "andre whitehorse": "gets messages from Andre Whitehorse",
        "andre whitehrose": "gets messages from Andre Whitehorse",
        "Twin Buttes County Jail": "gets messages from Twin Buttes County Jail",
        "twin buttes": "gets messages from Twin Buttes County Jail",
        "twin butes jail": "gets messages from Twin Buttes County Jail",
        "whitehorse at twin buttes": "gets messages from Andre Whitehorse, Twin Buttes County Jail",
        "ana, twin buttes county jail": "name; gets messages from Twin Buttes County Jail",
        "ana ruiz, message from whitehorse": "name; gets messages from Andre Whitehorse",
        "booking number TX-0001234": booked,
        "txOOO1234": booked,
        "tango xray zero zero zero one two three four": booked,
        "S0007": "sender reference of Andre Whitehorse",
        "F0007": "facility reference of Twin Buttes County Jail",
    }
    for typed, why in expected.items():
        hits = (await search(ctx, typed, 20)).items
        assert [(hit.recipient_id, hit.why) for hit in hits] == [(str(wanted), why)], typed


async def test_the_first_groups_of_a_code_find_it(ctx: Context) -> None:
    message = await a_message(ctx)
    await a_link(ctx, message, code="7KMNP2RTVWXY3CD")
    for typed in ("7KMNP", "7kmnp-2rtvw", "seven kilo mike november papa"):
        [hit] = (await search(ctx, typed, 20)).items
        assert (hit.id, hit.why) == (str(message), "link code begins so"), typed


async def test_a_missed_space_and_a_wrong_initial_are_forgiven(ctx: Context) -> None:
    wanted = await a_recipient(ctx, name="Keisha D. Whitehorse")
    await a_recipient(ctx, name="Zoe Nobody")
    for typed in ("KeishaWhitehorse", "keishabwhitehorse", "Keisha R. Whitehorse", "keisha r whitehrose"):
        assert await find(ctx, typed) == [("recipient", str(wanted))], typed


NOTHING = {
    "4242 3.99 nov 14": "No charge of $3.99 on Nov 14 with a card ending 4242.",
    "visa 4242 yesterday": "No charge on Nov 19 with a Visa card ending 4242.",
    "$3.99": "No charge of $3.99.",
    "(214) 555-0188": "No recipient has the phone (214) 555-0188.",
    "0188": "No phone ends in 0188.",
    "Zyx Wvu": "No recipient, sender or facility is called “Zyx Wvu”, nor nearly so.",
    "VM398E92A4F5D": "No code, reference or booking number is “VM398E92A4F5D”.",
    "seven kilo mike november two romeo": "No link, message or booking number has the code 7KMN2R.",
    "yesterday": "Nov 19 alone is shared by too many charges; add the amount, the card's last 4 or a name.",
    "": "",
}


async def test_nothing_found_says_what_was_looked_for(ctx: Context) -> None:
    await a_message(ctx, recipient_id=await a_recipient(ctx, phone="+14155550101", name="Ana Ruiz"))
    for typed, told in NOTHING.items():
        reply = await search(ctx, typed, 20)
        assert (reply.items, reply.not_found) == ([], told)


HOSTILE = [
    "O'Nguyễn-Smith <b>",
    "x" * 200,
    "👩\u200d👩\u200d👧 Anita 🎉",
    "عبد الله بن محمد",
    "\u202eRuiz\u202c Belén",
    "100%_Anton\\",
    "王小明",
    "'); DROP TABLE recipients; -- Robert",
]


async def test_hostile_names_are_found_by_themselves(ctx: Context) -> None:
    stored = {await a_recipient(ctx, name=name): name for name in HOSTILE}
    for wanted, name in stored.items():
        hits = (await search(ctx, name, 20)).items
        assert (hits[0].recipient_id, hits[0].name) == (str(wanted), name)
