"""How readily a process leaves the processor to others, where the processor is short."""

from __future__ import annotations

import os
import time
from pathlib import Path

TO_ALL = 19
"""The most that there is."""


def give_way(niceness: int) -> None:
    """Leave the processor to others so readily, as `nice` has it (0 to 19). Nothing on Windows.

    At 19 Linux is told besides that this is what an idle processor does (SCHED_IDLE): who wakes up is then
    put on that processor, as on an idle one. By its weight alone it kept a core while others shared one.
    """
    if not hasattr(os, "nice"):
        return
    os.nice(niceness)
    if niceness == TO_ALL and hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    if os.getsid(0) == os.getpid():
        _give_way_as_session(niceness)


def _give_way_as_session(niceness: int) -> None:
    """Linux may weigh whole sessions against each other: then it is the session's niceness that counts.

    An unprivileged process may set it ten times a second, all of them together.
    """
    session = Path("/proc/self/autogroup")
    for _ in range(20):
        try:
            session.write_text(str(niceness))
        except BlockingIOError:
            time.sleep(0.1)
        except OSError:
            return
        else:
            return
