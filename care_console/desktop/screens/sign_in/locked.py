"""What a locked desk shows: who it is kept for, and the way back in. Nothing of any story."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from care_console.desktop.actions.locking import unlock
from care_console.desktop.actions.sessions import sign_out
from care_console.desktop.backend.failures import BackendFailure, NotSent
from care_console.desktop.desk import Desk
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.parts import Notice, button, words

_WIDTH = 380
_NOT_CHECKED = (
    "The service cannot be reached, so the password cannot be checked, and the desk stays locked. "
    "What is on its way is kept and goes on by itself."
)


class LockedScreen(QWidget):
    """A password, and nothing else to read. `unlocked` fires once it was right."""

    unlocked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("locked")
        self.setAccessibleName("The desk is locked")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._busy = False
        self.who = words("", "soft", "lockedWho")
        self.password = QLineEdit()
        self.password.setObjectName("lockedPassword")
        self.password.setAccessibleName("Password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaxLength(1024)
        self.password.returnPressed.connect(self.commit)
        self.state = Notice("lockedState")
        self.enter = button("Unlock  Enter", "lockedEnter", "primary")
        self.enter.clicked.connect(self.commit)
        self.leave = button("Sign out instead", "lockedSignOut", "quiet")
        self.leave.clicked.connect(self._sign_out)
        keys.bind(self, "commit", self.commit)
        self._lay_out()

    def say_why(self, why: str) -> None:
        """Why it is locked, as a sentence."""
        staff = self._desk.session.staff
        self.who.setText(f"{why} {staff.login}, {staff.role}: your password unlocks it." if staff else why)

    def commit(self) -> None:
        """Try the password."""
        if self._busy:
            return
        if not self.password.text():
            self.state.say("Type your password.", Tone.WARN)
            return
        self._set_busy(True)
        self.state.say("Checking ...", Tone.ACCENT)
        tasks.start(self._unlock(self.password.text()), "unlocking")

    def showEvent(self, event: QShowEvent) -> None:
        """Be ready to type."""
        super().showEvent(event)
        self.password.clear()
        self.state.say("")
        self._set_busy(False)
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _unlock(self, password: str) -> None:
        try:
            await unlock(self._desk, password)
        except BackendFailure as failure:
            self._set_busy(False)
            sentence = _NOT_CHECKED if isinstance(failure, NotSent) else failure.sentence
            self.state.say(sentence, Tone.BAD)
            self.password.selectAll()
            self.password.setFocus()
            return
        self.password.clear()
        self._set_busy(False)
        self.unlocked.emit()

    def _sign_out(self) -> None:
        tasks.start(sign_out(self._desk), "signing out")

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for part in (self.password, self.enter, self.leave):
            part.setEnabled(not busy)

    def _lay_out(self) -> None:
        card = QFrame()
        card.setProperty("card", True)
        card.setMaximumWidth(_WIDTH * 2)
        card.setMinimumWidth(_WIDTH)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        inside.setSpacing(Space.SMALL)
        inside.addWidget(words("The desk is locked", "title", "lockedTitle"))
        inside.addWidget(self.who)
        caption = words("Password", "soft")
        caption.setBuddy(self.password)
        for part in (caption, self.password, self.state, self.enter, self.leave):
            inside.addWidget(part)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
