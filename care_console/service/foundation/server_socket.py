"""The socket to the database's server: watched by a number of our own, looked at without waiting."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable

_POLLS = hasattr(select, "poll")  # not on Windows, where a socket's number is no index of a set of bits


class ServerSocket:
    """One connection's socket under a number of its own.

    libpq closes its number by itself where the server is gone, somebody else may have that number next, and
    whom the loop was to wake would wait without end.
    """

    def __init__(self, number: int) -> None:
        self.watched = socket.socket(fileno=socket.dup(number))
        if _POLLS:
            self._input, self._end = _poll(self.watched, select.POLLIN), _poll(self.watched, 0)

    def has_something_to_say(self) -> bool:
        """Whether there is something to read, or it is at its end."""
        if _POLLS:
            return bool(self._input.poll(0))
        return bool(select.select([self.watched], [], [], 0)[0])

    def is_hung_up(self) -> bool:
        """Whether it is at its end; never on Windows, where the loop tells of it again and again."""
        return _POLLS and bool(self._end.poll(0))

    def look_in_place(self, read: Callable[[], bool], seconds: float) -> None:
        """Keep looking, for so long at most, and `read` whatever is there, until that says that it was all.

        Whoever else wants the processor gets it between two looks.
        """
        until = time.perf_counter() + seconds
        while _POLLS and time.perf_counter() < until:
            if self._input.poll(0):
                if read():
                    return
            else:
                os.sched_yield()

    def close(self) -> None:
        """Give its number back."""
        self.watched.close()


def _poll(server: socket.socket, wanted: int) -> select.poll:
    """What tells of what is wanted, or of an end: of that unasked."""
    poll = select.poll()
    poll.register(server, wanted)
    return poll
