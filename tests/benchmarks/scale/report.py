"""The table that a run prints: peer, ours, their ratio, the bound, and whether it holds."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path


def percentile(seconds: Sequence[float], share: float) -> float:
    """The time, in ms, that this share of the questions took at most (nearest rank)."""
    ordered = sorted(seconds)
    return 1000 * ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _interpreter() -> str:
    return f"Python {platform.python_version()}, {Path(sys.executable).resolve()}"


class Table:
    """Prints a line as soon as its figure is there."""

    def __init__(self, title: str) -> None:
        self.held = self.bounds = 0
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        print(
            f"\n{title}\n{_interpreter()}\nload of the machine over 1, 5 and 15 minutes: {load}\n{'':<48}{'peer':>10}{'ours':>10}{'ratio':>8}{'bound':>8}",
            flush=True,
        )

    def line(self, what: str, peer_ms: float, ours_ms: float, ratio: float, bound: float) -> None:
        """Two times in ms, and a ratio that is to be at most `bound`."""
        self._tell(
            f"{what:<48}{peer_ms:>7.2f} ms{ours_ms:>7.2f} ms{ratio:>8.2f}{bound:>8.2f}", ratio <= bound
        )

    def share(self, what: str, peer: float, ours: float, bound: float) -> None:
        """Two shares from 0 to 1; ours is to be at least `bound`."""
        self._tell(f"{what:<48}{peer:>9.1%} {ours:>9.1%}{'':>8}{bound:>8.0%}", ours >= bound)

    def most(self, what: str, ours: float, bound: float, unit: str) -> None:
        """One figure that is to be at most `bound`."""
        self._tell(f"{what:<48}{'':>10}{ours:>7.1f} {unit}{'':>8}{bound:>8.0f}", ours <= bound)

    def _tell(self, line: str, holds: bool) -> None:
        self.bounds += 1
        self.held += holds
        print(f"{line}  {'holds' if holds else 'does not hold'}", flush=True)
