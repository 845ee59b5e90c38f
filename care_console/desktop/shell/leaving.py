"""Signing out by key: asked for twice, since what is half written here is then forgotten."""

from __future__ import annotations

from care_console.desktop.actions.sessions import sign_out
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.tokens import Tone

_AGAIN_WITHIN_SECONDS = 10.0


class Leaving:
    """Signs out the person at one window."""

    def __init__(self, parts: Parts, clock: Clock) -> None:
        self._parts, self._clock = parts, clock
        self._asked: float | None = None

    def sign_out(self) -> None:
        """The first press says what that means, the second one within ten seconds does it."""
        if self._parts.desk.session.state is SessionState.SIGNED_OUT:
            return
        now = self._clock.seconds()
        if self._asked is None or now - self._asked > _AGAIN_WITHIN_SECONDS:
            self._asked = now
            sentence = (
                "Signing out closes your callers and forgets what is half written; what is still to be sent "
                f"is kept. {keys.shown('sign_out')} again signs out."
            )
            self._parts.say(Notice(sentence, Tone.WARN, about="sign out"))
            return
        self._asked = None
        self._parts.frame.notices.put_away("sign out")
        tasks.start(sign_out(self._parts.desk), "signing out")
