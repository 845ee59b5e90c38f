"""Python reads this first in a process whose PYTHONPATH names this folder: it listens on this machine alone.

localstripe's command listens on every address, by IPv6, which not every machine has.
"""

from __future__ import annotations

import socket
from typing import Any


class _HereAlone(socket.socket):
    """A socket that was asked for as IPv6 is one of IPv4."""

    def __init__(self, family: int = -1, *others: Any, **named: Any) -> None:
        super().__init__(socket.AF_INET if family == socket.AF_INET6 else family, *others, **named)

    def bind(self, address: Any) -> None:
        super().bind(("127.0.0.1", address[1]) if address[0] == "::" else address)


socket.socket = _HereAlone  # type: ignore[misc]
