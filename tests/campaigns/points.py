"""The numbered points at which the campaign of refunds lets a process die, and how often it has at each."""

from __future__ import annotations

import random
from collections import Counter

WEB = (
    "open.committed",
    "request.claimed",
    "refund.checked",
    "refund.inserted",
    "refund.queued",
    "request.stored",
    "request.committed",
    "withdraw.moved",
)
WEBHOOK = ("webhook.kept", "webhook.queued")
"""Of the one web process that the processor calls."""
WORKER = (
    "send.taken",
    "begin.moved",
    "send.begun",
    "send.answered",
    "tell.moved",
    "tell.committed",
    "unknown.moved",
    "unknown.committed",
    "later.committed",
    "read.taken",
    "read.found",
    "again.moved",
    "again.committed",
    "failed.moved",
    "failed.committed",
    "told.known",
    "told.read",
)
_SELDOM = frozenset(
    {
        "withdraw.moved",
        "unknown.moved",
        "unknown.committed",
        "later.committed",
        "again.moved",
        "again.committed",
        "failed.moved",
        "failed.committed",
    }
)
_OF_WEB = frozenset(WEB + WEBHOOK)
_AT_EACH = 20  # of a thousand
PROCESSOR = ("processor.asked", "processor.did")
"""Not in our code: the worker dies with its request on the way there, and with the reply on its way back."""


class Tally:
    """How often a process died at each point, out of `most` in all: at each, a share of them at least.

    `passes`: after so many passes at most of any of its points a web process dies, and a worker.
    """

    def __init__(self, most: int, seed: int, passes: tuple[int, int]) -> None:
        points = WEB + WEBHOOK + WORKER + PROCESSOR
        self.deaths: Counter[str] = Counter(dict.fromkeys(points, 0))
        self._most = most
        self._web_passes, self._worker_passes = passes
        self._each = most * _AT_EACH // 1000
        self._chance = random.Random(seed)

    def aim(self, among: tuple[str, ...]) -> tuple[frozenset[str], int]:
        """The points to die at next, and at which pass of any of them: half of those that miss deaths.

        In between something must get done, or there would soon be nothing to die in.
        """
        missed = [point for point in among if self.deaths[point] < self._each]
        if not missed and self.total < self._most:
            missed = list(among)
        aims = frozenset(self._chance.sample(missed, -(-len(missed) // 2)))
        most = self._web_passes if aims <= _OF_WEB else self._worker_passes
        return aims, 1 if aims <= _SELDOM else self._chance.randint(1, most)

    @property
    def total(self) -> int:
        """All deaths at points."""
        return sum(self.deaths.values())

    @property
    def is_full(self) -> bool:
        """Whether there were enough deaths at each."""
        return self.total >= self._most and min(self.deaths.values()) >= self._each
