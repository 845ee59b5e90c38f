"""The end of a session, 12 hours after it began: told of beforehand, and kept to even where nobody asks."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QObject

from care_console.contract.session import WhoAmI
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell import tasks
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.when import clock_time

WARNED_BEFORE = (timedelta(minutes=15), timedelta(minutes=5), timedelta(minutes=1))
_ASK_AGAIN_SECONDS = 60.0


class SessionEnd(QObject):
    """Of one window."""

    def __init__(self, parts: Parts, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._parts, self._clock = parts, clock
        self._told: set[tuple[datetime, timedelta]] = set()
        self._asked = float("-inf")
        clock.ticked.connect(self._look)

    def close(self) -> None:
        """Look no more."""
        self._clock.ticked.disconnect(self._look)

    def _look(self) -> None:
        session = self._parts.desk.session
        ends_at = session.ends_at
        if session.state is not SessionState.SIGNED_IN or ends_at is None:
            self._parts.frame.notices.put_away("session end")
            return
        left = ends_at - self._clock.now()
        if left <= timedelta():
            self._end()
            return
        due = [before for before in WARNED_BEFORE if left <= before]
        if due and (ends_at, min(due)) not in self._told:
            self._told.update((ends_at, before) for before in due)
            self._warn(ends_at, left)

    def _warn(self, ends_at: datetime, left: timedelta) -> None:
        minutes = max(1, round(left.total_seconds() / 60))
        sentence = (
            f"Your session ends at {clock_time(ends_at)} Eastern, in {minutes} min. Everything stays on the "
            "screen then, and what is half written is kept; your password begins another one."
        )
        self._parts.say(Notice(sentence, Tone.WARN, about="session end"))

    def _end(self) -> None:
        """This machine's clock may be wrong: where the service can be asked, it decides."""
        desk = self._parts.desk
        if desk.backend.connection is ConnectionState.OFFLINE:
            desk.session.end()
        elif self._clock.seconds() - self._asked >= _ASK_AGAIN_SECONDS:
            self._asked = self._clock.seconds()
            tasks.start(self._ask(), "asking whether the session is over")

    async def _ask(self) -> None:
        try:
            await self._parts.desk.backend.get("/v1/session", WhoAmI)
        except BackendFailure:
            # A session that is over is over now, by the call itself; offline, the next look ends it.
            return
