"""A misspelled name that many have: the page shows who was last heard of, and each of the names that fit."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from care_console.service.foundation.context import SYSTEM, Actor, Context
from care_console.service.foundation.services import Services
from care_console.service.recipients.search.rules import search
from care_console.service.recipients.search.spoken import bare
from care_console.service.recipients.search.typos import distance
from tests.support.builders import a_message, a_recipient, a_sender

GIVEN = ("Jacob", "Jakob", "Jakobs", "Jacoby")
MIDDLES = (
    "Sarah",
    "Emily",
    "Hill",
    "Latizo",
    "Hores",
    "Renée",
    "Clark",
    "Madoman",
    "Ortiz",
    "Tagero",
    "Olivia",
)
BETWEEN = ("",) * 8 + tuple(f"{middle} " for middle in MIDDLES)
SURNAMES = ("Pérez", "Pérez", "Pérez", "Peres", "Perrez")

ASKED = (
    ("Jacobb Pérez", 20),
    ("Jakob Perz", 20),
    ("Jacob Peerez", 50),
    ("Jacb Pérez", 8),
    ("Jacb Pérez", 10),
)

Person = tuple[int, str, datetime | None]


async def _make(ctx: Context, chance: random.Random, count: int) -> list[Person]:
    """So many people of few names, some of whom never got a message."""
    sender = await a_sender(ctx, name="Nobody Else")
    people: list[Person] = []
    for place in chance.sample(range(count), count):
        name = f"{chance.choice(GIVEN)} {chance.choice(BETWEEN)}{chance.choice(SURNAMES)}"
        person = await a_recipient(ctx, name=name)
        at = ctx.now - timedelta(minutes=place) if chance.random() < 0.9 else None
        if at is not None:
            await a_message(ctx, recipient_id=person, sender_id=sender, recorded_at=at)
        people.append((person, name, at))
    return people


def _slips(typed: str, name: str) -> list[int]:
    """For each word that was typed how far it is from the nearest word of the name."""
    return [min(distance(word, other, 2) for other in bare(name).split()) for word in bare(typed).split()]


def _expected(typed: str, people: list[Person], limit: int) -> list[int]:
    """The page by the rule, written down plainly: all are ranked, and then those that it shows are taken."""
    fitting = [(one, _slips(typed, one[1])) for one in people]
    fitting = [(one, slips) for one, slips in fitting if max(slips) <= 1]
    least = [min(slips[place] for _, slips in fitting) for place in range(2)]
    spare = {one: sum(slips) - sum(least) for one, slips in fitting}
    ranked = sorted(spare, key=lambda one: (spare[one], -(one[2].timestamp() if one[2] else 0), -one[0]))
    called_so = Counter(one[1] for one in ranked)
    order: list[tuple[int, int, int, int, Person]] = []
    named: set[str] = set()
    for place, one in enumerate(ranked):
        turn = 0 if place < limit // 10 else 1 if one[1] not in named else 2
        order.append((spare[one], turn, -called_so[one[1]] if turn == 1 else 0, place, one))
        named.add(one[1])
    chosen = {one for *_, one in sorted(order)[:limit]}
    return [one[0] for one in ranked if one in chosen]


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(5))
async def test_the_page_is_taken_from_all_who_fit(services: Services, seed: int) -> None:
    chance = random.Random(seed)
    async with services.database.begin() as connection:
        people = await _make(services.context(connection, SYSTEM, "test"), chance, 200)
    for typed, limit in (
        ("Jacobb Pérez", 20),
        ("Jakob Perz", 20),
        ("Jacob Peerez", 50),
        ("Jacb Pérez", 8),
        ("Jacb Pérez", 10),
    ):
        async with services.database.reading() as connection:
            reply = await search(services.context(connection, Actor("ana"), "test"), typed, limit)
        shown = [int(hit.id) for hit in reply.items]
        assert shown == _expected(typed, people, limit), typed


@pytest.mark.asyncio
async def test_a_rare_name_among_many_common_ones_is_on_the_page(services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        rare = await a_recipient(ctx, name="Jacob Sarah Pérez")
        sender = await a_sender(ctx)
        common = [await a_recipient(ctx, name="Jacob Pérez") for _ in range(60)]
        for person in common:
            await a_message(ctx, recipient_id=person, sender_id=sender)
    async with services.database.reading() as connection:
        reply = await search(services.context(connection, Actor("ana"), "test"), "Jacob Pérz", 20)
    assert len(reply.items) == 20
    assert str(rare) in [hit.id for hit in reply.items]


@pytest.mark.asyncio
@pytest.mark.parametrize("typed", ["Jacob Pérez", "jacob per"])
async def test_of_many_called_as_typed_those_last_heard_of_come_first(services: Services, typed: str) -> None:
    chance = random.Random(typed)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        sender = await a_sender(ctx, name="Nobody Else")
        heard: list[int] = []
        people = [await a_recipient(ctx, name="Jacob Pérez") for _ in range(150)]
        for days, person in enumerate(chance.sample(people, 100), 1):
            at = ctx.now - timedelta(days=days)
            await a_message(ctx, recipient_id=person, sender_id=sender, recorded_at=at)
            heard.append(person)
    async with services.database.reading() as connection:
        reply = await search(services.context(connection, Actor("ana"), "test"), typed, 20)
    assert [int(hit.id) for hit in reply.items] == heard[:20]
