"""How readily a process leaves the processor to others, where the processor is short."""

from __future__ import annotations

import os
import time
from pathlib import Path


def give_way(niceness: int) -> None:
    """Leave the processor to others so readily, as `nice` has it (0 to 19). Nothing on Windows."""
    if not hasattr(os, "nice"):
        return
    os.nice(niceness)
    if os.getsid(0) == os.getpid():
        _give_way_as_session(niceness)


def is_short_of_time(own: int) -> bool:
    """Whether more tasks want the processors of this machine than there are of those, `own` of ours beside:
    by the system's average over a minute. Never on Windows, which has none."""
    if not hasattr(os, "getloadavg"):
        return False
    return os.getloadavg()[0] > (os.cpu_count() or 1) + own


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
