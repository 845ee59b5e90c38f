"""The hours at which texts that ask for money may leave, as they are set: `9-20`, at the recipient's place.

47 CFR 64.1200(c)(1) has 8 to 21, some states less. What is set is for whoever answers for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_LEAST = 7
"""From New York to Honolulu it is six hours in summer: a number of no known place waits for day in both."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From the first of these hours of the day until the second begins."""

    opens: int
    closes: int

    def have(self, local: datetime) -> bool:
        """Whether a moment, told in the time of its place, is within them."""
        return self.opens <= local.hour < self.closes


def read_hours(words: str) -> Hours:
    """Read `9-20`. Raises ValueError with a sentence."""
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", words.strip())
    hours = Hours(int(found[1]), int(found[2])) if found else Hours(0, 0)
    if hours.closes > 24 or hours.closes - hours.opens < _LEAST:
        raise ValueError(f"hours are written 9-20, between 0 and 24, at least {_LEAST} of them")
    return hours
