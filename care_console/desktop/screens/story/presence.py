"""Who else is at the story in front: told by the service, shown as a login, a role, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from care_console.contract.changes import ChangeKind
from care_console.contract.presence import TELL_EVERY_SECONDS, Doing, Here
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.queries.presence import tell_presence
from care_console.desktop.screens.story.open_callers import OpenCallers
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Tone

_TOGETHER_MS = 150
_LONGEST_LOGIN = 24
_WORDS = {Doing.VIEWING: "viewing", Doing.ON_CALL: "on a call", Doing.REFUNDING: "reviewing a refund"}


class WhoIsHere(QObject):
    """Tells the service what is open here, and keeps who else is there; `changed` fires when they are others.

    `is_refunding` is asked whether a refund of the caller in front is under review.
    """

    changed = Signal()

    def __init__(
        self, desk: Desk, callers: OpenCallers, is_refunding: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk, self._callers, self._is_refunding = desk, callers, is_refunding
        self._here: tuple[Here, ...] = ()
        self._told: dict[str, Doing] | None = None
        self._telling = self._is_closed = False
        self._again = QTimer(self)
        self._again.setInterval(TELL_EVERY_SECONDS * 1000)
        self._again.timeout.connect(self.tell)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_TOGETHER_MS)
        self._soon.timeout.connect(self.tell)
        self._unsubscribe = desk.changes.subscribe(self._heard)
        callers.changed.connect(self.look)
        self._again.start()

    def close(self) -> None:
        """Hear no more; within a minute the service forgets that anybody was here."""
        self._is_closed = True
        self._unsubscribe()
        self._again.stop()
        self._soon.stop()

    def at(self, recipient_id: str | None) -> tuple[Here, ...]:
        """Who else is at a story."""
        return tuple(one for one in self._here if one.recipient_id == recipient_id)

    def look(self) -> None:
        """What is open, or what is done with it, may have changed: tell it in a moment if it has."""
        if not self._is_closed and self._told != self._stories():
            self._soon.start()

    def tell(self) -> None:
        """Tell it now."""
        if self._desk.session.state is not SessionState.SIGNED_IN or self._telling:
            return
        stories = self._stories()
        if stories or self._told:
            self._telling = True
            tasks.start(self._tell(stories), "telling what is open")

    async def _tell(self, stories: dict[str, Doing]) -> None:
        try:
            here = await tell_presence(self._desk, stories)
        except BackendFailure:
            # told again in its time; who was here a while ago is no answer to who is here now
            here, self._told = (), None
        else:
            self._told = stories
        finally:
            self._telling = False
        if self._is_closed:
            return
        if here != self._here:
            self._here = here
            self.changed.emit()
        if self._told is not None:
            self.look()

    def _stories(self) -> dict[str, Doing]:
        front = self._callers.front
        doing = Doing.REFUNDING if self._is_refunding() else Doing.ON_CALL
        return {
            caller.recipient_id: doing if caller is front else Doing.VIEWING
            for caller in self._callers.callers
        }

    def _heard(self, change: Announcement) -> None:
        if change.kind is ChangeKind.PRESENCE:
            if not change.yours and self._callers.get(change.recipient_id or "") is not None:
                self._soon.start()
        elif change.kind is LocalKind.CONNECTION and change.id == ConnectionState.OFFLINE:
            if self._here:
                self._here = ()
                self.changed.emit()
        elif change.kind in (LocalKind.CONNECTION, LocalKind.SESSION):
            self._told = None
            self._soon.start()


def in_words(here: Sequence[Here]) -> tuple[str, Tone]:
    """``Also here: sue, supervisor (viewing)``; warned of where one of them reviews a refund."""
    if not here:
        return "", Tone.PLAIN
    shown = [one for one in here if one.doing is Doing.REFUNDING] or list(here)
    first = shown[0]
    login = first.login if len(first.login) <= _LONGEST_LOGIN else f"{first.login[:_LONGEST_LOGIN]}…"
    listed = f"{login}, {first.role} ({_WORDS[first.doing]})"
    more = f" and {len(here) - 1} more" if len(here) > 1 else ""
    refunds = any(one.doing is Doing.REFUNDING for one in here)
    return f"Also here: {listed}{more}", Tone.WARN if refunds else Tone.ACCENT
