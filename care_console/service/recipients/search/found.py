"""What a reading of the words found, and how readings are merged: each thing once, the best reason first."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from operator import attrgetter
from typing import NamedTuple

from care_console.contract.search import HitKind

MOST_FOUND = 60
"""So many of one reading are looked at: more than fit a screen, few enough to be told of in a millisecond."""

MOST_ENDINGS = 250
"""Four digits end so many of two million phones: beside a name, all are looked at."""


MOST_CALLED = 300
"""Of so many who are called as typed, those last heard of are shown; a full name of a million has fewer."""


class Rank(IntEnum):
    """How sure a reading is. Two of one rank are told apart by who was last heard of."""

    AMOUNT = 60
    OUR_NUMBER = 100
    FACILITY = 120
    CARD_ALONE = 140
    AMOUNT_NEAR = 150
    AMOUNT_THAT_DAY = 170
    TWO_NAMES_UNASKED = 235
    MISSPELLED = 260
    FIRST_DIGITS = 300
    CODE_BEGINS = 330
    SENDER = 350
    NAME_BEGINS = 400
    TWO_NAMES = 450
    NAME = 500
    SENDER_ASKED = 520
    LAST_DIGITS = 600
    MORE_LAST_DIGITS = 650
    CARD_NEAR = 700
    CARD = 750
    DIGITS_AND_NAME = 800
    BOOKING = 840
    REFERENCE = 850
    PHONE = 900


CHARGE_OF_PERSON = 45
"""A charge that fits what was said comes before the person it was found by."""


class Found(NamedTuple):
    """A thing by its kind and id, how sure it is (a `Rank`, less for what is further off), and why."""

    kind: HitKind
    id: int
    rank: int
    why: str


_rank = attrgetter("rank")


def merged(found: Iterable[Found]) -> list[Found]:
    """Each thing once, best first, with every reason for it."""
    best: dict[tuple[HitKind, int], Found] = {}
    for one in sorted(found, key=_rank, reverse=True):
        key = one.kind, one.id
        known = best.get(key)
        if known is None:
            best[key] = one
        elif not _says(known.why, one.why):
            best[key] = Found(known.kind, known.id, known.rank, f"{known.why}; {one.why}")
    return list(best.values())


def _says(known: str, why: str) -> bool:
    """Whether a reason is told already: of a name or a code, only the surest way in which it fits is."""
    return why in known or any(word in known and why.startswith(word) for word in ("name", "link code"))
