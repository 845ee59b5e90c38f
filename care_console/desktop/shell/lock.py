"""The lock: after 15 minutes in which nobody did anything, or by key.

Nothing of a story can be read or reached behind it, and nothing half written is lost by it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget
from shiboken6 import isValid

from care_console.desktop.actions.locking import IDLE_LIMIT, keep_active, keep_locked
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.screens.sign_in.locked import LockedScreen
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.activity import Activity
from care_console.desktop.shell.clock import Clock

_KEPT_EVERY_SECONDS = 60.0
_STILL_TAKEN = ("commit", "quit")


class Lock(QObject):
    """Of one window. `begins_locked`: the session was taken up from a desk that nobody was at."""

    def __init__(self, desk: Desk, clock: Clock, window: QMainWindow, *, begins_locked: bool) -> None:
        super().__init__(window)
        self._desk, self._clock, self._window = desk, clock, window
        self.activity = Activity(clock, self)
        self.screen = LockedScreen(desk, window)
        self.screen.hide()
        self.screen.unlocked.connect(self._open)
        self._put_aside: list[QWidget] = []
        self._focus: QWidget | None = None
        self._kept = float("-inf")
        self.locked = False
        self._unsubscribe = desk.changes.subscribe(self._heard)
        clock.ticked.connect(self._look)
        window.installEventFilter(self)
        if begins_locked:
            self._close("The desk was left and begins locked.")

    def close(self) -> None:
        """Watch no more."""
        self._unsubscribe()
        self._clock.ticked.disconnect(self._look)

    def by_key(self) -> None:
        """Lock now, where there is something to lock."""
        if self._desk.session.state is not SessionState.SIGNED_OUT:
            self._close("Locked by key.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The screen covers its window whatever size that has; its native window is watched once shown."""
        if watched is not self._window:
            if self.locked and event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
                self._keep_aside(watched)
        elif event.type() == QEvent.Type.Resize:
            self.screen.setGeometry(self._window.rect())
        elif event.type() == QEvent.Type.Show:
            self.activity.watch(self._window.windowHandle())
        return super().eventFilter(watched, event)

    def _keep_aside(self, part: QWidget) -> None:
        """An answer that came late would show itself: not before the desk is unlocked."""
        part.hide()
        if part not in self._put_aside:
            self._put_aside.append(part)

    def _look(self) -> None:
        if self.locked or self._desk.session.state is SessionState.SIGNED_OUT:
            return
        if self.activity.idle >= IDLE_LIMIT:
            self._close(f"Nobody did anything for {int(IDLE_LIMIT.total_seconds()) // 60} minutes.")
        elif self._clock.seconds() - self._kept >= _KEPT_EVERY_SECONDS:
            self._kept = self._clock.seconds()
            at = self._clock.now() - self.activity.idle
            tasks.start(keep_active(self._desk, at), "keeping when the desk was used")

    def _close(self, why: str) -> None:
        if self.locked:
            return
        self.locked = True
        tasks.start(keep_locked(self._desk), "keeping the desk locked")
        self._focus = self._window.focusWidget()
        self._put_aside = [part for part in self._others() if not part.isHidden()]
        # Whoever plays a sound or shows something of its own hears of it before it is out of sight.
        self._desk.changes.announce(Announcement(LocalKind.LOCK, "locked"))
        for part in self._others():
            part.installEventFilter(self)
            part.hide()
        keys.hold(self._window, but_for=_STILL_TAKEN)
        self.screen.say_why(why)
        self.screen.setGeometry(self._window.rect())
        self.screen.show()
        self.screen.raise_()

    def _open(self) -> None:
        if not self.locked:
            return
        self.locked = False
        self.activity.used()
        keys.hold(self._window, but_for=None)
        self.screen.hide()
        aside, self._put_aside = self._put_aside, []
        for part in self._others():
            part.removeEventFilter(self)
        for part in aside:
            if isValid(part):
                part.show()
        if self._focus is not None and isValid(self._focus) and self._focus.isVisible():
            self._focus.setFocus()
        self._desk.changes.announce(Announcement(LocalKind.LOCK, "unlocked"))

    def _others(self) -> list[QWidget]:
        """All that may say something of a story: the frame, the sheets over it, the dialogs before it."""
        inside = [
            part
            for part in self._window.children()
            if isinstance(part, QWidget) and not part.isWindow() and part is not self.screen
        ]
        dialogs = [
            part
            for part in QApplication.topLevelWidgets()
            if part is not self._window and (isinstance(part, QDialog) or self._window.isAncestorOf(part))
        ]
        return [*dialogs, *inside]

    def _heard(self, change: Announcement) -> None:
        if change.kind is not LocalKind.SESSION:
            return
        if self._desk.session.state is SessionState.SIGNED_OUT:
            self._open()
        elif self._desk.session.state is SessionState.SIGNED_IN and not self.locked:
            self.activity.used()
