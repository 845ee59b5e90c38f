"""Signing in with a local account; after a session ended, the same, beside the work that stays on screen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.session import SessionState
from care_console.desktop.desk import Desk
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.parts import Notice, button, words

_WIDTH = 340
_ENDED = "Your session has ended. Your work is still here; sign in to go on."


class SignInScreen(QWidget):
    """Login and password. `signed_in` fires with who it is."""

    signed_in = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("signIn")
        self._desk = desk
        self._busy = False
        self.login = QLineEdit()
        self.login.setObjectName("signInLogin")
        self.login.setAccessibleName("Login")
        self.login.setMaxLength(64)
        self.password = QLineEdit()
        self.password.setObjectName("signInPassword")
        self.password.setAccessibleName("Password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaxLength(1024)
        self.title = words("Sign in", "title", "signInTitle")
        self.server = words(f"to {desk.backend.server}", "faint", "signInServer")
        self.state = Notice("signInState")
        self.enter = button("Sign in  Enter", "signInEnter", "primary")
        self.enter.clicked.connect(self.commit)
        self.login.returnPressed.connect(self._on_login_entered)
        self.password.returnPressed.connect(self.commit)
        keys.bind(self, "commit", self.commit)
        self._lay_out()

    def commit(self) -> None:
        """Sign in."""
        login, password = self.login.text().strip(), self.password.text()
        if self._busy:
            return
        if not login or not password:
            self.state.say("Type your login and your password.", Tone.WARN)
            (self.password if login else self.login).setFocus()
            return
        self._set_busy(True)
        self.state.say("Signing in ...", Tone.ACCENT)
        tasks.start(self._sign_in(login, password), "signing in")

    def showEvent(self, event: QShowEvent) -> None:
        """Say why it is here, and be ready to type."""
        super().showEvent(event)
        ended = self._desk.session.state is SessionState.EXPIRED
        self.title.setText("Sign in to go on" if ended else "Sign in")
        self.state.say(_ENDED if ended else "", Tone.WARN)
        staff = self._desk.session.staff
        if staff is not None and not self.login.text():
            self.login.setText(staff.login)
        (self.password if self.login.text() else self.login).setFocus(Qt.FocusReason.OtherFocusReason)

    async def _sign_in(self, login: str, password: str) -> None:
        try:
            staff = await sign_in(self._desk, login, password)
        except BackendFailure as failure:
            self.state.say(failure.sentence, Tone.BAD)
            self._set_busy(False)
            self.password.selectAll()
            self.password.setFocus()
            return
        self._set_busy(False)
        self.password.clear()
        self.state.say("")
        self.signed_in.emit(staff)

    def _on_login_entered(self) -> None:
        if self.password.text():
            self.commit()
        else:
            self.password.setFocus()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for part in (self.login, self.password, self.enter):
            part.setEnabled(not busy)

    def _lay_out(self) -> None:
        card = QFrame()
        card.setProperty("card", True)
        card.setMaximumWidth(_WIDTH)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        inside.setSpacing(Space.SMALL)
        inside.addWidget(self.title)
        inside.addWidget(self.server)
        inside.addSpacing(Space.SMALL)
        for label, field in (("Login", self.login), ("Password", self.password)):
            caption = words(label, "soft")
            caption.setBuddy(field)
            inside.addWidget(caption)
            inside.addWidget(field)
        inside.addWidget(self.state)
        inside.addSpacing(Space.SMALL)
        inside.addWidget(self.enter)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 4)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
