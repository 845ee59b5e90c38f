"""The bar on top: the find box, how long the call lasts, what may still be refunded, STOPs not yet sent, and
whether the service is there."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from care_console.contract.money import dollars
from care_console.contract.recipients import RefundBudget
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell import icons, theme
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.badges import Badge
from care_console.desktop.widgets.labels import plain


class FindBox(QLineEdit):
    """Where anything a caller says is typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("find")
        self.setAccessibleName("Find a caller")
        self.setPlaceholderText("Find by phone, name, code, amount, last 4 …  F2")
        self.setClearButtonEnabled(False)
        self.setMaxLength(200)
        self.setMinimumWidth(280)
        self.setMaximumWidth(560)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, with a magnifying glass at its left."""
        super().paintEvent(event)
        painter = QPainter(self)
        glass = icons.pixmap("find", theme.current().colours.ink_faint, 18, self.devicePixelRatioF())
        painter.drawPixmap(10, (self.height() - 18) // 2, glass)
        painter.end()


class CallTimer(QWidget):
    """How long the call at hand lasts. Starts with the first story that is opened for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("callTimer")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.TIGHT)
        self._label = plain("", "number")
        row.addWidget(self._label)
        self._began: float | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show)
        self._show()

    def run_from(self, began: float | None) -> None:
        """Count from a moment of ``time.monotonic()``; None: no call."""
        self._began = began
        self._tick.start() if began is not None else self._tick.stop()
        self._show()

    def _show(self) -> None:
        if self._began is None:
            self._label.setText("No call")
        else:
            minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
            self._label.setText(f"{minutes:02}:{seconds:02} call")
        self.setAccessibleName(self._label.text())


class TopBar(QFrame):
    """The find box at the left, the state of things at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.LARGE, Space.SMALL, Space.LARGE, Space.SMALL)
        row.setSpacing(Space.LARGE)
        self.find_box = FindBox(self)
        self.timer = CallTimer(self)
        self.budget = plain("", "soft", parent=self)
        self.budget.setObjectName("budget")
        self.stops = plain("", "soft", parent=self)
        self.stops.setObjectName("stopQueue")
        self.outbox = plain("", "soft", parent=self)
        self.outbox.setObjectName("outbox")
        self.connection = Badge(self)
        self.connection.setObjectName("connection")
        self.find_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(self.find_box, 1)
        row.addStretch(1)
        for part in (self.timer, self.budget, self.stops, self.outbox, self.connection):
            row.addWidget(part)
        self.show_budget(None)
        self.show_outbox(0, 0)
        self.show_connection(ConnectionState.CONNECTING, SessionState.SIGNED_OUT)

    def show_for_calls(self, takes_calls: bool) -> None:
        """Whether this person has callers at all."""
        for part in (self.find_box, self.timer, self.stops):
            part.setVisible(takes_calls)

    def show_budget(self, budget: RefundBudget | None) -> None:
        """What may still be refunded to this caller today, without asking."""
        self.budget.setVisible(budget is not None)
        if budget is not None:
            left = min(budget.caller_day_left_cents, budget.shift_left_cents)
            self.budget.setText(f"{dollars(left)} left today")
            self.budget.setToolTip(
                f"Refunds without asking: {dollars(budget.caller_day_left_cents)} to this caller today, "
                f"{dollars(budget.shift_left_cents)} in this shift."
            )

    def show_outbox(self, stops: int, others: int) -> None:
        """How many STOPs, and how many other actions, wait to be sent."""
        self.stops.setText(f"STOP queue {stops}")
        self.stops.setProperty("tone", "warn" if stops else "")
        self.outbox.setText(f"{others} on the way")
        self.outbox.setVisible(others > 0)
        self.stops.style().polish(self.stops)

    def show_connection(self, connection: ConnectionState, session: SessionState) -> None:
        """Offline, signed out, expired: three states that never look alike."""
        word, icon, tone = _connection_words(connection, session)
        self.connection.show_state(word, icon, tone)


def _connection_words(connection: ConnectionState, session: SessionState) -> tuple[str, str, Tone]:
    if connection is ConnectionState.OFFLINE:
        return "Offline", "offline", Tone.BAD
    if session is SessionState.EXPIRED:
        return "Session ended", "expired", Tone.WARN
    if session is SessionState.SIGNED_OUT:
        return "Signed out", "signed_out", Tone.PLAIN
    if connection is ConnectionState.CONNECTING:
        return "Connecting", "clock", Tone.PLAIN
    return "Online", "online", Tone.GOOD
