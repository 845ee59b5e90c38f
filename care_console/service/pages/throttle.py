"""Wrong codes and PINs, counted in memory by the address that sends them: guessing is slowed.

Each process counts for itself. Codes have 63 random bits, so this only keeps the noise down; a PIN is guarded
by its own account as well (prepaid/rules.py).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address

MOST, WINDOW_SECONDS = 30, 600.0
"""So many wrong ones within ten minutes. Many phones may share one address of their carrier."""

_MOST_ADDRESSES = 50_000


class Throttle:
    """Counts what went wrong, by address."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def is_closed(self, address: str, now: float) -> bool:
        """Whether this address is not listened to for now. `now` is in seconds, of any clock."""
        wrong = self._wrong.get(_whose(address))
        while wrong and wrong[0] <= now - WINDOW_SECONDS:
            wrong.popleft()
        return wrong is not None and len(wrong) >= MOST

    def count(self, address: str, now: float) -> None:
        """Something wrong came from there."""
        key = _whose(address)
        wrong = self._wrong.setdefault(key, deque(maxlen=MOST))
        wrong.append(now)
        self._wrong.move_to_end(key)
        if len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)


def _whose(address: str) -> str:
    """One household or phone has a whole /64 of version 6."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return str(int(read) >> 64) if isinstance(read, IPv6Address) else address
