"""Where the desk hears that something changed: at the service, or in its own outbox, connection, session.

Plain Python: whoever wants to know subscribes, and decides alone whether a change concerns it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from care_console.contract.changes import ChangeKind

_log = logging.getLogger(__name__)


class LocalKind(StrEnum):
    """What can change without the service saying so."""

    OUTBOX = "desk.outbox"
    CONNECTION = "desk.connection"
    SESSION = "desk.session"
    LOCK = "desk.lock"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One change. `id` is the thing's id: an outbox row's for OUTBOX, the new state's word for the others.

    `version` is the service's and only grows; 0 for what is the desk's own. `yours`: this session made it.
    """

    kind: ChangeKind | LocalKind
    id: str
    recipient_id: str | None = None
    version: int = 0
    yours: bool = False


Callback = Callable[[Announcement], None]


class Changes:
    """Tells every subscriber of every change, at once and on the caller's thread (the loop's)."""

    def __init__(self) -> None:
        self._subscribers: list[Callback] = []

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call back for every change from now on. Returns what ends it; ending it twice is harmless."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def announce(self, change: Announcement) -> None:
        """Tell everybody. One subscriber's mistake is logged and keeps nobody else from hearing it."""
        for callback in tuple(self._subscribers):
            try:
                callback(change)
            except Exception:  # noqa: BLE001 - a screen's mistake must not stop the outbox
                _log.exception("a subscriber failed on %s", change.kind)
