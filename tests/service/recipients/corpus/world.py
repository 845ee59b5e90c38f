"""A small world to find people in: who, from whom, when, paid how; the same people for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy import Table, insert

from care_console.demo.people import FACILITIES, PEOPLE
from care_console.demo.people import SENDERS as DEMO_SENDERS
from care_console.service.consent.tables import consent_events
from care_console.service.facilities.tables import facilities, senders
from care_console.service.foundation.context import Context
from care_console.service.links.tables import links
from care_console.service.messages.tables import messages
from care_console.service.payments.tables import charges
from care_console.service.recipients.tables import recipients
from care_console.service.refunds.tables import refunds
from care_console.service.texting.tables import texts

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PEOPLE_COUNT, SENDER_COUNT = 320, 90
AREA_CODES = ("205", "214", "415", "512", "617", "702", "808", "907", "972", "844")
BRANDS = ("visa", "mastercard", "amex", "discover")
CODE_LETTERS = "23456789CDFHJKMNPRTVWXY"
MORE_FACILITIES = (
    ("Alder Creek State Prison", "OR", "America/Los_Angeles"),
    ("Los Álamos Viejos County Jail", "NM", "America/Denver"),
    ("O'Fallon Bend Women's Correctional Center", "MO", "America/Chicago"),
    ("Santa Inés Regional Jail", "CA", "America/Los_Angeles"),
    ("Twin Buttes Juvenile Center", "ID", "America/Boise"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient as the caller knows themselves."""

    id: int
    reference: str
    phone: str
    name: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who records messages, where."""

    id: int
    reference: str
    name: str
    booking: str
    facility: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What somebody paid."""

    id: int
    reference: str
    processor_ref: str
    person: Person
    at: datetime
    cents: int
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message, its link and its text."""

    id: int
    reference: str
    person: Person
    sender: Sender
    code: str
    link_reference: str
    text_reference: str


@dataclass(slots=True)
class World:
    """Everything there is."""

    people: list[Person] = field(default_factory=list)
    senders: list[Sender] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[tuple[UUID, str, Person]] = field(default_factory=list)
    rows: dict[Table, list[dict[str, object]]] = field(default_factory=dict)

    def add(self, table: Table, **values: object) -> None:
        """One row."""
        self.rows.setdefault(table, []).append(values)


def make_world(seed: int = 3) -> World:
    """The world of a seed."""
    chance, world = random.Random(seed), World()
    places = [*FACILITIES, *MORE_FACILITIES]
    for number, (name, state, timezone) in enumerate(places, 1):
        world.add(
            facilities, id=number, name=name, state=state, timezone=timezone, imported_id=f"F{number:04}"
        )
    names = _names(chance)
    for number in range(1, SENDER_COUNT + 1):
        _sender(
            world,
            chance,
            number,
            next(names) if number > len(DEMO_SENDERS) else DEMO_SENDERS[number - 1],
            places,
        )
    for number in range(1, PEOPLE_COUNT + 1):
        _person(world, chance, number, next(names))
    ids = count(1)
    for person in world.people:
        cards = [
            (chance.choice(BRANDS), f"{chance.randrange(10_000):04}") for _ in range(chance.choice((1, 1, 2)))
        ]
        known = chance.sample(world.senders, chance.choice((1, 1, 2)))
        for _ in range(chance.choice((1, 2, 3, 6))):
            _message(world, chance, next(ids), person, chance.choice(known), chance.choice(cards))
    return world


async def store_world(ctx: Context, world: World) -> None:
    """All rows, each table at once."""
    for table, rows in world.rows.items():
        await ctx.connection.execute(insert(table), rows)


def _names(chance: random.Random) -> Iterator[str]:
    """Full names, no two alike: a first part of one of the sample set's people, the last part of another."""
    whole = [name for name, _ in PEOPLE if " " in name]
    first = [name.rsplit(" ", 1)[0] for name in whole]
    last = [name.rsplit(" ", 1)[1] for name in whole if not name.endswith(".")]
    seen: set[str] = set(DEMO_SENDERS)
    while True:
        name = f"{chance.choice(first)} {chance.choice(last)}"
        if name not in seen:
            seen.add(name)
            yield name


def _sender(
    world: World, chance: random.Random, number: int, name: str, places: list[tuple[str, str, str]]
) -> None:
    place = chance.randrange(len(places))
    booking = chance.choice((f"TX{chance.randrange(10**7):07}", f"2026-{chance.randrange(10_000, 99_999)}"))
    sender = Sender(number, f"S{number:05}", name, booking, places[place][0])
    world.senders.append(sender)
    world.add(
        senders,
        id=number,
        name=name,
        booking_number=booking,
        facility_id=place + 1,
        imported_id=sender.reference,
    )


def _person(world: World, chance: random.Random, number: int, name: str) -> None:
    phone = f"+1{chance.choice(AREA_CODES)}{chance.randrange(2_300_000, 9_999_999)}"
    person = Person(number, f"R{number:07}", phone, name if number % 8 else "")
    world.people.append(person)
    since = NOW - timedelta(days=300)
    world.add(
        recipients, id=number, phone=phone, name=person.name, language="es" if number % 3 == 0 else "en",
        created_at=since, imported_id=person.reference,
    )  # fmt: skip
    if number % 9 == 0:
        world.add(
            consent_events, phone=phone, kind="opt_out", channel="sms", words="STOP", received_at=since,
            effective_at=since, actor="recipient", imported_id=f"EV{number:08X}",
        )  # fmt: skip


def _message(
    world: World, chance: random.Random, number: int, person: Person, sender: Sender, card: tuple[str, str]
) -> None:
    scrambled = f"{number * 0x9E3779B97F5 & 0xFFFFFFFFFFF:011X}"
    at = NOW - timedelta(minutes=chance.randrange(2000, 60 * 24 * 60))
    cents = chance.choice((25, 35, 50)) + chance.choice((25, 30, 20, 60, 374)) * chance.randrange(1, 5)
    # Codes of the old system are hexadecimal, ours are of an alphabet of their own.
    code = scrambled if number % 2 else "".join(chance.choices(CODE_LETTERS, k=15))
    message = Message(number, f"VM{scrambled}", person, sender, code, f"LK{scrambled}", f"TX{scrambled}")
    world.messages.append(message)
    world.add(
        messages, id=number, sender_id=sender.id, recipient_id=person.id, recorded_at=at, seconds=60,
        price_cents=cents, privileged=False, imported_id=message.reference,
    )  # fmt: skip
    world.add(
        links, message_id=number, recipient_id=person.id, code=code, issued_at=at, issued_by="system",
        expires_at=at + timedelta(days=30), imported_id=message.link_reference,
    )  # fmt: skip
    world.add(
        texts, phone=person.phone, message_id=number, direction="out", kind="link", body="A message waits.",
        at=at, status="delivered", imported_id=message.text_reference,
    )  # fmt: skip
    if number % 4:
        _charge(world, message, at + timedelta(minutes=chance.randrange(5, 900)), cents, card)


def _charge(world: World, message: Message, at: datetime, cents: int, card: tuple[str, str]) -> None:
    number, scrambled = len(world.charges) + 1, message.reference[2:]
    charge = Charge(number, f"CH{scrambled}", f"pi_{scrambled.lower()}", message.person, at, cents, *card)
    world.charges.append(charge)
    world.add(
        charges, id=number, message_id=message.id, recipient_id=charge.person.id, charged_at=at,
        amount_cents=cents, method="card", brand=charge.brand, last4=charge.last4, status="succeeded",
        processor_ref=charge.processor_ref, imported_id=charge.reference,
    )  # fmt: skip
    if number % 5 == 0:
        refund = UUID(int=number * 0x9E3779B97F4A7C15 << 40)
        world.refunds.append((refund, f"RF{scrambled}", charge.person))
        world.add(
            refunds, id=refund, charge_id=number, recipient_id=charge.person.id, amount_cents=cents,
            reason="goodwill", state="succeeded", requested_by="ana", requested_at=at + timedelta(days=1),
            imported_id=f"RF{scrambled}",
        )  # fmt: skip
