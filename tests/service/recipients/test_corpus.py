"""The right person comes first, whatever the caller says: a corpus by rules that the search does not know."""

from __future__ import annotations

from collections import defaultdict

import pytest
from sqlalchemy import text

from care_console.service.foundation.context import Actor
from care_console.service.foundation.services import Services
from care_console.service.recipients.search.rules import search
from tests.service.recipients.corpus.sayings import Said, say_all
from tests.service.recipients.corpus.world import NOW, make_world, store_world

pytestmark = pytest.mark.asyncio

FIRST, IN_FIRST_THREE = 0.95, 0.99


async def _places(services: Services, said: list[Said]) -> list[int]:
    """For each utterance the place of the first right person among those found, from 1; 0 for none."""
    places = []
    async with services.database.begin() as connection:
        ctx = services.context(connection, Actor("ana"), "test")
        for one in said:
            hits = (await search(ctx, one.words, 20)).items
            people = list(dict.fromkeys(int(hit.recipient_id) for hit in hits))
            right = (place for place, person in enumerate(people, 1) if person in one.right)
            places.append(next(right, 0))
    return places


def _shares(places: list[int]) -> tuple[float, float]:
    first = sum(place == 1 for place in places) / len(places)
    return first, sum(1 <= place <= 3 for place in places) / len(places)


async def test_the_right_person_first(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert services.clock.now() == NOW
    world = make_world()
    async with services.database.begin() as connection:
        await store_world(services.context(connection, Actor("ana"), "test"), world)
        await connection.execute(text("ANALYZE"))
    said = say_all(world)
    places = await _places(services, said)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for one, place in zip(said, places, strict=True):
        by_kind[one.kind].append(place)
    with capsys.disabled():
        print()
        for kind, some in by_kind.items():
            print(f"{kind:36} {len(some):4}  first {_shares(some)[0]:6.1%}  in three {_shares(some)[1]:6.1%}")
        print(
            f"{'all':36} {len(places):4}  first {_shares(places)[0]:6.1%}  in three {_shares(places)[1]:6.1%}"
        )
        for one, place in zip(said, places, strict=True):
            if place != 1:
                print(f"   {place:2} {one.kind}: {one.words}")
    assert len(said) >= 500
    assert len({one.words for one in said}) > 0.97 * len(said)
    first, in_three = _shares(places)
    assert first >= FIRST
    assert in_three >= IN_FIRST_THREE
