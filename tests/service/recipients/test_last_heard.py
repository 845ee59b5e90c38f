"""Of many whose phones end alike, those last heard of are shown: the first of all of them, ranked."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update

from care_console.service.foundation.context import SYSTEM, Actor, Context
from care_console.service.foundation.services import Services
from care_console.service.messages.tables import messages
from care_console.service.recipients.search.rules import search
from care_console.service.recipients.tables import last_heard, recipients
from tests.support.builders import a_message, a_recipient, a_sender

ENDINGS = ("0142", "4242", "9001")
# Every one of them, ranked by what the messages themselves say.
_ALL_RANKED = text(
    """
    SELECT r.id FROM recipients AS r LEFT JOIN messages AS m ON m.recipient_id = r.id
    WHERE right(r.phone, 4) = :ending GROUP BY r.id ORDER BY max(m.recorded_at) DESC NULLS LAST, r.id DESC
    """
)
_NEWEST_OF_EACH = text(
    """
    SELECT DISTINCT ON (r.id)
           r.id, right(r.phone, 4), m.recorded_at, m.id, m.sender_id, r.phone, r.name, r.language
    FROM recipients AS r LEFT JOIN messages AS m ON m.recipient_id = r.id
    ORDER BY r.id, m.recorded_at DESC, m.id DESC
    """
)


async def _shown(services: Services, typed: str, limit: int) -> list[int]:
    async with services.database.reading() as connection:
        reply = await search(services.context(connection, Actor("ana"), "test"), typed, limit)
    return [int(hit.id) for hit in reply.items if hit.kind.value == "recipient"]


async def _ranked(services: Services, ending: str) -> list[int]:
    async with services.database.begin() as connection:
        return list((await connection.execute(_ALL_RANKED, {"ending": ending})).scalars())


async def _add(ctx: Context, chance: random.Random, people: list[int], senders: list[int]) -> None:
    """Some more people, or messages: one at a time or many at once, of any time, some of the same moment."""
    if chance.random() < 0.4:
        count = chance.choice((1, 1, 30))
        rows = [
            {
                "phone": f"+1{chance.randint(201, 989)}555{chance.choice(ENDINGS)}",
                "name": "María Delgado",
                "language": "es",
                "created_at": ctx.now,
            }
            for _ in range(count)
        ]
        added = await ctx.connection.execute(insert(recipients).returning(recipients.c.id), rows)
        people += added.scalars().all()
        return
    rows = [
        {
            "recipient_id": chance.choice(people),
            "sender_id": chance.choice(senders),
            "recorded_at": ctx.now - timedelta(hours=chance.randint(0, 40)),
            "seconds": 72,
            "price_cents": 399,
            "privileged": False,
        }
        for _ in range(chance.choice((1, 1, 80)))
    ]
    await ctx.connection.execute(insert(messages), rows)


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(6))
async def test_the_page_is_the_first_of_all_of_them_ranked(services: Services, seed: int) -> None:
    chance = random.Random(seed)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        senders = [await a_sender(ctx) for _ in range(3)]
        people = [await a_recipient(ctx, phone="+12145550142")]
    for _ in range(25):
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "test")
            await _add(ctx, chance, people, senders)
        if chance.random() < 0.3:
            ending, limit = chance.choice(ENDINGS), chance.choice((1, 3, 20, 50))
            ranked = await _ranked(services, ending)
            assert await _shown(services, ending, limit) == ranked[:limit]
    async with services.database.begin() as connection:
        kept = (await connection.execute(select(last_heard).order_by("recipient_id"))).all()
        newest = (await connection.execute(_NEWEST_OF_EACH)).all()
    assert [tuple(row) for row in kept] == [tuple(row) for row in newest]


@pytest.mark.asyncio
async def test_however_many_share_four_digits_those_last_heard_of_are_shown(services: Services) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        sender = await a_sender(ctx)
        people = [await a_recipient(ctx, phone=f"+1{201 + number}5550142") for number in range(400)]
        for place, person in enumerate(random.Random(1).sample(people, 100)):
            at = ctx.now - timedelta(minutes=place)
            await a_message(ctx, recipient_id=person, sender_id=sender, recorded_at=at)
    assert await _shown(services, "0142", 50) == (await _ranked(services, "0142"))[:50]


@pytest.mark.asyncio
@pytest.mark.parametrize("letters", [1, 200, 201, 9000])
async def test_who_is_called_otherwise_from_now_on_is_shown_so(services: Services, letters: int) -> None:
    chance = random.Random(letters)  # or it would be stored as short as it is dull
    name = "Ñ" + "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=letters - 1))
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        people = [await a_recipient(ctx, phone="+12145550142", name=name) for _ in range(2)]
        change = update(recipients).where(recipients.c.id == people[0])
        await connection.execute(change.values(phone="+13105559001", name="María Delgado", language="es"))
        await connection.execute(update(recipients).values(name=recipients.c.name + ""))
    for ending, person, called in (("9001", people[0], "María Delgado"), ("0142", people[1], name)):
        async with services.database.reading() as connection:
            reply = await search(services.context(connection, Actor("ana"), "test"), ending, 20)
        assert [(hit.id, hit.name) for hit in reply.items] == [(str(person), called)]
        assert reply.items[0].phone.endswith(ending)


@pytest.mark.asyncio
async def test_of_two_that_are_recorded_at_once_the_later_one_stays(services: Services) -> None:
    """The second waits for the first, and then looks whether its own is the later one still."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        person, sender = await a_recipient(ctx), await a_sender(ctx)
    async with services.database.begin() as first:
        ctx = services.context(first, SYSTEM, "test")
        newest = await a_message(ctx, recipient_id=person, sender_id=sender, recorded_at=ctx.now)

        async def add_an_older_one() -> None:
            async with services.database.begin() as second:
                older = services.context(second, SYSTEM, "test")
                await a_message(older, recipient_id=person, sender_id=sender)

        adding = asyncio.create_task(add_an_older_one())
        await asyncio.sleep(0.2)
        assert not adding.done()
    await adding
    async with services.database.begin() as connection:
        row = (await connection.execute(select(last_heard))).one()
    assert (row.message_id, row.at) == (newest, ctx.now)
