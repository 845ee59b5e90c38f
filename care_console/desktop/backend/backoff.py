"""How long to wait before trying again: longer each time, never quite the same, bounded."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles from `first_seconds` to `most_seconds`, of which the last quarter is left to chance

    so that desks that lost the service together do not all come back together.
    """

    first_seconds: float = 0.5
    most_seconds: float = 8.0

    def seconds(self, failures: int) -> float:
        """The wait after so many failures in a row (at least 1)."""
        whole = min(self.most_seconds, self.first_seconds * 2.0 ** min(failures - 1, 30))
        return whole * random.uniform(0.75, 1.0)  # noqa: S311 - spreads load, guards nothing
