"""How the desk stands, wherever the frame shows it: connection, person, what waits to be sent, the callers'
list, the keys that work now."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from care_console.contract.phone import display_phone
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.outbox.pending import PendingState, Verb
from care_console.desktop.screens.search.finder import Person
from care_console.desktop.shell import keys
from care_console.desktop.shell.callers import CallerLine
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.door import Door
from care_console.desktop.shell.front import Front
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.state_words import state_sentence
from care_console.desktop.shell.tokens import Tone


class Standing(QObject):
    """Hears of changes and shows what follows from them. `close` ends the hearing."""

    def __init__(self, parts: Parts, front: Front, door: Door, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self._since: datetime | None = None
        self._parts, self._front, self._door = parts, front, door
        self.close = parts.desk.changes.subscribe(self._heard)
        parts.callers.changed.connect(self.show_callers)
        front.changed.connect(self.show_callers)
        front.changed.connect(self.show_keys)
        QApplication.instance().focusChanged.connect(self._focus_changed)  # type: ignore[union-attr]
        self.show_all()

    def show_all(self) -> None:
        """Everything, as it stands now."""
        desk, frame = self._parts.desk, self._parts.frame
        pending = [row for row in desk.outbox.pending() if row.is_live]
        stops = sum(row.verb is Verb.OPT_OUT for row in pending)
        connection, session = desk.backend.connection, desk.session.state
        frame.top.show_connection(connection, session)
        frame.story.header.cut_off(connection is ConnectionState.OFFLINE)
        frame.status.show_state(*state_sentence(connection, session, self._offline_since(connection)))
        frame.top.show_outbox(stops, len(pending) - stops)
        staff = desk.session.staff
        frame.status.who.setText(f"{staff.login}, {staff.role}" if staff else "Nobody is signed in")
        self.show_keys()

    def show_callers(self) -> None:
        """The column at the left."""
        callers, outbox = self._parts.callers, self._parts.desk.outbox
        lines = tuple(
            CallerLine(one.recipient_id, one.name, one.shown_phone, len(outbox.pending(one.recipient_id)))
            for one in callers.callers
        )
        front = callers.front
        self._parts.frame.callers.show_callers(lines, front.recipient_id if front else None)
        self._parts.frame.callers.show_recents(
            tuple(CallerLine(one.recipient_id, one.name, display_phone(one.phone)) for one in callers.recents)
        )
        others = [one for one in reversed(callers.callers) if one is not front]
        lately = [Person(one.recipient_id, one.name, one.phone) for one in others]
        lately += [Person(one.recipient_id, one.name, one.phone) for one in callers.recents]
        self._parts.finder.remember(lately)

    def show_keys(self) -> None:
        """The keys that do something now."""
        signed_in = self._parts.desk.session.state is SessionState.SIGNED_IN
        has_story = signed_in and self._front.has_story
        acts = dict.fromkeys(("refund.open", "reissue.open", "stop.open", "preview.open"), has_story)
        usable = {**acts, "find": signed_in, "caller.next": len(self._parts.callers.callers) > 1}
        if QApplication.activeModalWidget() is not None:
            usable = {name: name in ("commit", "back") for name in keys.KEY_MAP}
        self._parts.frame.status.refresh(usable)

    def _offline_since(self, connection: ConnectionState) -> datetime | None:
        if connection is not ConnectionState.OFFLINE:
            self._since = None
        elif self._since is None:
            self._since = self._clock.now()
        return self._since

    def _heard(self, change: Announcement) -> None:
        match change.kind:
            case LocalKind.SESSION:
                self._door.show()
            case LocalKind.OUTBOX:
                self.show_callers()
                self._tell_of_refused(change.id)
            case _:
                pass
        self.show_all()

    def _tell_of_refused(self, row_id: str) -> None:
        for action in self._parts.desk.outbox.pending():
            if str(action.id) == row_id and action.state is PendingState.REFUSED and action.problem:
                self._parts.say(Notice(f"Refused. {action.problem}", Tone.BAD, about=row_id))

    def _focus_changed(self, _old: QWidget | None, _new: QWidget | None) -> None:
        QTimer.singleShot(0, self, self.show_keys)
