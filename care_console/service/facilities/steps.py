"""The steps of a price list: what a message of up to so many seconds costs. Settings need them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_SECONDS = 120
"""A message is of at most two minutes, so each list must go that far."""
_MOST_CENTS = 10_000


class UnusableSteps(ValueError):
    """These steps are no price list; `str()` says why."""


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """Messages of at most so many seconds cost so many cents."""

    up_to_seconds: int
    price_cents: int


def read_steps(words: Sequence[str]) -> tuple[Step, ...]:
    """Steps as they are written, ``30:199 60:299 120:399`` (seconds, cents). Raises UnusableSteps."""
    steps = []
    for word in words:
        seconds, colon, cents = word.partition(":")
        if not (
            colon and seconds.isascii() and seconds.isdecimal() and cents.isascii() and cents.isdecimal()
        ):
            raise UnusableSteps(
                f"{word!r} is no step. Write seconds:cents, like 30:199 for $1.99 up to 30 s."
            )
        steps.append(Step(int(seconds[:9]), int(cents[:9])))
    return checked(steps)


def checked(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps in order, if they are a price list: one price for each length from 1 to 120 seconds."""
    ordered = tuple(sorted(steps))
    ends = [step.up_to_seconds for step in ordered]
    if not ends or ends[-1] != LONGEST_SECONDS or ends[0] < 1:
        raise UnusableSteps(f"The last step must end at {LONGEST_SECONDS} seconds, and none under 1.")
    if len(set(ends)) < len(ends):
        raise UnusableSteps("Two steps end at the same second; give each length one price.")
    prices = [step.price_cents for step in ordered]
    if max(prices) > _MOST_CENTS or prices != sorted(prices):
        raise UnusableSteps(f"A longer message may not cost less, and none over {_MOST_CENTS} cents.")
    return ordered
