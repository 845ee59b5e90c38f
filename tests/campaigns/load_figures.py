"""What a load campaign asks for, and what it found: at one rate, and which rate is tried next."""

from __future__ import annotations

import math
import os
import statistics
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field

PEAK_HOUR_RATE = 250_000 * 0.2 / 3_600
"""Messages a second: a fifth of a day's 250,000 in one hour."""
PAGE_P95_MS = 300.0
RECORDING_P95_MS = 10_000.0
"""A recorder may wait so long for its answer; where more of them wait longer, the service falls behind."""
_PAGES = ("page, unpaid", "page, paid")
_RAMP_FACTOR, _CLOSE_ENOUGH = 1.25, 1.07


@dataclass(frozen=True, slots=True)
class Plan:
    """`rate` messages a second for `seconds`; then at most `ramp` steps of `ramp_seconds`, to find the limit;
    then `catch_up_seconds` at most for what still waits.

    A recipient comes `visit_after` seconds after the recording was taken.
    """

    rate: float = PEAK_HOUR_RATE
    seconds: float = 600.0
    ramp: int = 8
    ramp_seconds: float = 60.0
    catch_up_seconds: float = 60.0
    visit_after: float = 5.0
    sound_seconds: int = 40


LONG = Plan()
SHORT = Plan(rate=0.5, seconds=10.0, ramp=0, visit_after=0.0, sound_seconds=5)


@dataclass
class Step:
    """What was seen at one rate."""

    rate: float
    seconds: float
    errors: Counter[str] = field(default_factory=Counter)
    late: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    processor_seconds: dict[str, float] = field(default_factory=dict)
    took_seconds: float = 0.0
    waiting: dict[str, int] = field(default_factory=dict)
    """How much of each kind waited at its end."""

    @property
    def page_p95_ms(self) -> float:
        """Of both pages together; without end where none was seen."""
        seen = [one for kind in _PAGES for one in self.late[kind]]
        return _percentile(seen, 95) * 1000 if seen else float("inf")

    @property
    def recording_p95_ms(self) -> float:
        """Without end where none was taken."""
        seen = self.late["recording"]
        return _percentile(seen, 95) * 1000 if seen else float("inf")

    @property
    def held(self) -> bool:
        """No error, pages as fast as they must be, and recordings taken as fast as they come."""
        is_fast = self.page_p95_ms < PAGE_P95_MS and self.recording_p95_ms < RECORDING_P95_MS
        return not self.errors and is_fast

    def figures(self) -> dict[str, object]:
        """All of it; times in milliseconds from when each was due."""
        told = {
            kind: {"n": len(late)} | {f"p{p}_ms": round(_percentile(late, p) * 1000) for p in (50, 95, 99)}
            for kind, late in self.late.items()
            if late
        }
        messages = max(1, len(self.late["recording"]))
        return {
            "rate": round(self.rate, 2),
            "seconds": self.seconds,
            "took_seconds": round(self.took_seconds, 1),
            "held": self.held,
            "errors": dict(self.errors),
            "page_p95_ms": round(self.page_p95_ms) if self.late else None,
            "requests": told,
            "processor_seconds": {who: round(used, 1) for who, used in self.processor_seconds.items()},
            "processor_ms_a_message": {
                who: round(used / messages * 1000, 1) for who, used in self.processor_seconds.items()
            },
            "waiting_at_its_end": self.waiting,
        }


@dataclass
class Outcome:
    """The rate that was asked for, then the ramp, then what was done once nothing more came."""

    plan: Plan
    asked: Step
    ramp: list[Step] = field(default_factory=list)
    caught_up_seconds: float = 0.0
    caught_up: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether the rate that was asked for held."""
        return self.asked.held

    def figures(self) -> dict[str, object]:
        """All of it, for a file."""
        held, not_held = self._rates(held=True), self._rates(held=False)
        return {
            "plan": asdict(self.plan),
            "cores": os.cpu_count(),
            "held_up_to": round(max(held), 2) if held else None,
            "stopped_holding_at": round(min(not_held), 2) if not_held else None,
            "asked": self.asked.figures(),
            "ramp": [step.figures() for step in self.ramp],
            "caught_up_in_seconds": round(self.caught_up_seconds, 1),
            "caught_up": self.caught_up,
            "waiting_then": self.waiting,
        }

    def next_rate(self) -> float | None:
        """Faster or slower until one rate held and another did not, then between; None once that is close."""
        held, not_held = self._rates(held=True), self._rates(held=False)
        if not not_held:
            return max(held) * _RAMP_FACTOR
        if not held:
            return min(not_held) / _RAMP_FACTOR
        if min(not_held) <= max(held) * _CLOSE_ENOUGH:
            return None
        return math.sqrt(max(held) * min(not_held))

    def _rates(self, *, held: bool) -> list[float]:
        return [step.rate for step in (self.asked, *self.ramp) if step.held is held]


def _percentile(seen: list[float], percent: int) -> float:
    return seen[0] if len(seen) == 1 else statistics.quantiles(seen, n=100, method="inclusive")[percent - 1]
