"""The numbered points at which campaigns let a process die, and how often one has at each."""

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
INBOUND = ("incoming.kept", "incoming.acted")
"""Of a web process that takes a text; after its commit it is `open.committed`."""
TEXTING = ("text.claimed", "text.locked", "text.handed", "text.committed")
"""Of a worker that hands a text over."""
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
_AT_EACH = 20  # of a thousand
REFUNDS = (WEB + WEBHOOK, (*WORKER, "processor.asked", "processor.did"))
STOPS_BY_TEXT = (("open.committed", *INBOUND), TEXTING)
"""The points of a campaign: of its web processes, and of its workers."""
PROCESSOR = ("processor.asked", "processor.did")
"""Not in our code: the worker dies with its request on the way there, and with the reply on its way back."""


class Tally:
    """How often a process died at each point of a campaign, out of `most` in all: at each, a share of them.

    `passes`: after so many passes at most of any of its points a web process dies, and a worker.
    """

    def __init__(
        self, most: int, seed: int, passes: tuple[int, int], of: tuple[tuple[str, ...], ...] = REFUNDS
    ) -> None:
        self.deaths: Counter[str] = Counter(dict.fromkeys((point for kind in of for point in kind), 0))
        self._of_web = frozenset(of[0])
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
        most = self._web_passes if aims <= self._of_web else self._worker_passes
        return aims, 1 if aims <= _SELDOM else self._chance.randint(1, most)

    @property
    def total(self) -> int:
        """All deaths at points."""
        return sum(self.deaths.values())

    @property
    def is_full(self) -> bool:
        """Whether there were enough deaths at each."""
        return self.total >= self._most and min(self.deaths.values()) >= self._each
