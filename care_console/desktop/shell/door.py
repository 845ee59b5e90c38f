"""What the window shows as people sign in and out, and as sessions end: states that never look alike."""

from __future__ import annotations

from PySide6.QtCore import Qt

from care_console.desktop.backend.session import SessionState
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingState
from care_console.desktop.screens.story.open_callers import OpenCallers
from care_console.desktop.screens.story.reading import StoryReader
from care_console.desktop.shell import keys
from care_console.desktop.shell.frame import Frame
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.tokens import Tone


class Door:
    """Lets people in to their own work and nobody else's."""

    def __init__(self, desk: Desk, frame: Frame, callers: OpenCallers, reader: StoryReader) -> None:
        self._desk, self._frame, self._callers, self._reader = desk, frame, callers, reader
        self._signed_in_as = ""

    def show(self) -> None:
        """Show what the session's state asks for."""
        state = self._desk.session.state
        self._frame.top.find_box.setEnabled(state is SessionState.SIGNED_IN)
        match state:
            case SessionState.SIGNED_IN:
                self._welcome()
            case SessionState.EXPIRED if self._callers.callers:
                self._frame.show_ended()
            case _:
                if state is SessionState.SIGNED_OUT:
                    self._callers.clear()
                self._frame.show_door()

    def _welcome(self) -> None:
        """The same person goes on where they were; another one finds nobody's work."""
        staff = self._desk.session.staff
        login = staff.login if staff else ""
        if login != self._signed_in_as:
            self._callers.clear()
        self._signed_in_as = login
        self._frame.show_work()
        for caller in self._callers.callers:
            if caller.trouble:
                self._reader.read_again(caller)
        self._tell_of_waiting()
        target = self._frame.top.find_box if self._callers.front is None else self._frame.story.timeline
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_of_waiting(self) -> None:
        """Money from before a restart goes only with its person's word; say so, and where."""
        waits = [row for row in self._desk.outbox.pending() if row.state is PendingState.NEEDS_CONFIRMATION]
        for row in waits:
            if row.recipient_id is not None:
                self._callers.remember(row.recipient_id, "Waits for your word")
        if waits:
            count = f"{len(waits)} refund" + ("s" if len(waits) > 1 else "")
            sentence = (
                f"{count} from before the desk was closed: not sent, waiting for your word. "
                f"Open the caller under Recent and select the row on top; {keys.shown('commit')} sends it."
            )
            self._frame.notices.say(Notice(sentence, Tone.WARN, about="waits"))
