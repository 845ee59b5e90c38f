"""A hundred thousand changed STOPs: none is ever read as nothing."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from hypothesis import HealthCheck, given, settings

from care_console.service.consent.replies.reading import Outcome, read_reply
from tests.service.consent.replies.mutations import mutated_stops

LONG = 100_000


@dataclass(frozen=True)
class Report:
    """`read`: how many were read as what; `missed`: one that was read as no refusal, made short."""

    mutations: int
    read: dict[str, int]
    missed: str | None
    seconds: float

    @property
    def held(self) -> bool:
        """Whether none was missed."""
        return self.missed is None and sum(self.read.values()) >= self.mutations

    def figures(self) -> dict[str, object]:
        """For the file."""
        return asdict(self) | {"held": self.held}


def run(mutations: int) -> Report:
    """Read so many; the same ones each time."""
    began, read, missed = time.monotonic(), dict.fromkeys(map(str, Outcome), 0), [""]

    @settings(
        max_examples=mutations,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated_stops())
    def each(text: str) -> None:
        outcome = read_reply(text).outcome
        read[str(outcome)] += 1
        missed[0] = text
        assert outcome in (Outcome.STOP, Outcome.HOLD)

    try:
        each()
    except AssertionError:
        return Report(mutations, read, missed[0], round(time.monotonic() - began, 1))
    return Report(mutations, read, None, round(time.monotonic() - began, 1))
