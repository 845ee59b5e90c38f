"""Points in the code at which a process can be told to die, so that campaigns can die at each of them.

``CARE_DIE_AT=refund.inserted,begin.moved`` kills the process with SIGKILL when it first passes one of them,
``CARE_DIE_AT=refund.inserted:3`` at the third time; which one it was is the last line of its standard error.
Nothing else is written, closed or rolled back, as in a power cut. Unset, as it is wherever people work, a
point costs one look into an empty set. ``tests/campaigns/points.py`` lists them.
"""

from __future__ import annotations

import os
import signal


class _Armed:
    points: frozenset[str] = frozenset()
    passes = 0


def arm(told: str) -> None:
    """Choose where to die, ``POINT,POINT`` or ``POINT,POINT:TIMES``; the empty word for nowhere."""
    points, _, times = told.partition(":")
    _Armed.points = frozenset(points.split(",")) - {""}
    _Armed.passes = int(times or 1)


def passing(point: str) -> None:
    """Die here, if this is one of the points and the time has come."""
    if point not in _Armed.points:
        return
    _Armed.passes -= 1
    if _Armed.passes <= 0:
        os.write(2, f"dies at {point}\n".encode())
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


arm(os.environ.get("CARE_DIE_AT", ""))
