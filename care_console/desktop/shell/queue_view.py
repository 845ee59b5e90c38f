"""Puts the queues into the window: in the left column, and one of them in the place of the caller.

Also what a role's window has at all: who may find nobody has no find box, no callers, and no key that acts.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from care_console.contract.roles import Permission, Role, may
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.screens.story.open_callers import OpenCaller
from care_console.desktop.shell import keys
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.queues import QueueDesk, QueueKind

# What a key needs its person to be allowed; a key that is not here anybody has.
NEEDS: dict[str, Permission] = {
    "find": Permission.FIND,
    "caller.next": Permission.READ_STORY,
    "caller.previous": Permission.READ_STORY,
    **{f"reason.{number}": Permission.READ_STORY for number in range(1, 8)},
    "caller.ring": Permission.READ_STORY,
    "texts.open": Permission.READ_STORY,
    "prepaid.open": Permission.READ_STORY,
    "reach.clear": Permission.CLEAR_REACH,
    "receipt.open": Permission.SEND_RECEIPT,
    "pause.open": Permission.PAUSE,
    "pauses.open": Permission.PAUSE,
    "language": Permission.READ_STORY,
    "preview.open": Permission.PREVIEW,
    "preview.louder": Permission.PREVIEW,
    "preview.play": Permission.PREVIEW,
    "refund.open": Permission.REFUND,
    "undo": Permission.REFUND,
    "reissue.open": Permission.REISSUE,
    "stop.open": Permission.OPT_OUT,
    "correction.open": Permission.ASK_CORRECTION,
    "commit": Permission.READ_STORY,
    "wrap_up": Permission.WRITE_NOTE,
    "note.keep": Permission.WRITE_NOTE,
    "log.filter": Permission.READ_OPT_OUT_LOG,
    "log.all": Permission.READ_OPT_OUT_LOG,
    "log.export": Permission.READ_OPT_OUT_LOG,
    "log.story": Permission.DECIDE,
}

_WELCOMES: dict[Role, tuple[str, ...]] = {
    Role.AUDITOR: (
        "Nothing is done from here, only read",
        "Choose what to read at the left. Each look and each export is an entry of the audit log.",
    ),
    Role.ADMINISTRATOR: (
        "An administrator keeps the accounts, not the callers",
        "Accounts are added, and given another role or password, on the service's own machine:",
        "care-console service staff add LOGIN --role ROLE",
        "No caller can be found and no money moved with this role; that needs a specialist or a supervisor.",
    ),
}


class QueueView(QObject):
    """The queues of one window. `opened` fires with a caller to open."""

    opened = Signal(str, str, str)

    def __init__(self, parts: Parts, kinds: Sequence[QueueKind], window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._frame, self._callers, self._window = parts.desk, parts.frame, parts.callers, window
        self._stepped_aside: OpenCaller | None = None
        self.queues = QueueDesk(parts.desk, kinds, window)
        self.queues.changed.connect(self._show_lines)
        self.queues.front_changed.connect(self._front_changed)
        self.queues.said.connect(parts.frame.notices.say)
        self.queues.opened.connect(self.opened)
        parts.frame.callers.queues.chosen.connect(self.queues.bring)
        parts.callers.front_changed.connect(self._caller_came)
        self._unsubscribe = parts.desk.changes.subscribe(self._heard)
        self._follow()

    def close(self) -> None:
        """The window closes: hear no more."""
        self._unsubscribe()
        self.queues.close()

    def step(self) -> None:
        """The queues' key: the first one, or the next."""
        self.queues.step()

    def step_back(self) -> bool:
        """What is open in the queue in front closes; where nothing is, the caller of before comes back."""
        front = self.queues.front
        if front is None:
            return False
        return front.step_back() or self.put_back()

    def put_back(self) -> bool:
        """Show the caller again who stepped aside for the queue in front. False where nobody did."""
        caller = self._stepped_aside
        if self.queues.front is None or caller is None or caller not in self._callers.callers:
            return False
        self._callers.bring_to_front(caller)
        self._frame.story.timeline.setFocus()
        return True

    def _heard(self, change: Announcement) -> None:
        if change.kind is LocalKind.SESSION:
            self._follow()

    def _follow(self) -> None:
        session = self._desk.session
        role = session.staff.role if session.staff and session.state is not SessionState.SIGNED_OUT else None
        if role is not None:
            self._dress(role)
        self.queues.follow_session()
        # Once the window has let this person in: its door puts the focus somewhere itself.
        QTimer.singleShot(0, self, self._go_home)

    def _dress(self, role: Role) -> None:
        finds = may(role, Permission.FIND)
        keys.bar(self._window, {name for name, needed in NEEDS.items() if not may(role, needed)})
        self._frame.top.show_for_calls(finds)
        self._frame.callers.show_for_calls(finds, queues_first=not finds or may(role, Permission.DECIDE))
        self._frame.story.welcome(_WELCOMES.get(role))

    def _go_home(self) -> None:
        """Whoever decides or only reads begins at the first queue."""
        staff = self._desk.session.staff
        if staff is None or self._desk.session.state is not SessionState.SIGNED_IN:
            return
        begins_here = may(staff.role, Permission.DECIDE) or not may(staff.role, Permission.FIND)
        if begins_here and self._callers.front is None and self.queues.front is None:
            self.queues.step()

    def _show_lines(self) -> None:
        self._frame.callers.queues.show_lines(self.queues.lines(), self.queues.front_key)

    def _front_changed(self) -> None:
        queue = self.queues.front
        if queue is not None and self._callers.front is not None:
            self._frame.story.leave()
            self._stepped_aside = self._callers.front
            self._callers.bring_to_front(None)
        self._frame.show_queue(queue)
        self._frame.callers.show_items(queue.items if queue else None)
        self._show_lines()

    def _caller_came(self) -> None:
        if self._callers.front is not None:
            self._stepped_aside = None
            self.queues.bring(None)
