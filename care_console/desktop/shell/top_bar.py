"""The bar on top: the find box, how long the call lasts, what may still be refunded, STOPs not yet sent, and
whether the service is there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLineEdit, QSizePolicy, QWidget

from care_console.contract.limits import Ruling, Standing
from care_console.contract.money import dollars
from care_console.contract.recipients import RefundBudget
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell import icons, keys, theme
from care_console.desktop.shell.call_time import CallLimits, CallTimer, TimeThere
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.state_words import badge_words
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.badges import Badge
from care_console.desktop.widgets.flow import FlowLayout
from care_console.desktop.widgets.labels import plain


class FindBox(QLineEdit):
    """Where anything a caller says is typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("find")
        self.setAccessibleName("Find a caller")
        self.setPlaceholderText(f"Find by phone, name, code, amount, last 4 …  {keys.shown('find')}")
        self.setClearButtonEnabled(False)
        self.setMaxLength(200)
        self.grow(1.0)

    def grow(self, scale: float) -> None:
        """As wide as its words need at a scale of text."""
        self.setMinimumWidth(round(300 * scale))
        self.setMaximumWidth(round(560 * scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, with a magnifying glass at its left."""
        super().paintEvent(event)
        painter = QPainter(self)
        glass = icons.pixmap("find", theme.current().colours.ink_faint, 18, self.devicePixelRatioF())
        painter.drawPixmap(10, (self.height() - 18) // 2, glass)
        painter.end()


class TopBar(QFrame):
    """The find box at the left, the state of things at the right; in large text below it."""

    def __init__(self, parent: QWidget | None = None, clock: Clock | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        clock = clock or Clock(self)
        self.find_box = FindBox(self)
        self._state = QWidget(self)
        self.timer = CallTimer(clock, CallLimits.from_environment(), self._state)
        self.there = TimeThere(clock, self._state)
        self.budget = plain("", "soft", parent=self._state)
        self.budget.setObjectName("budget")
        self.stops = plain("", "soft", parent=self._state)
        self.stops.setObjectName("stopQueue")
        self.outbox = plain("", "soft", parent=self._state)
        self.outbox.setObjectName("outbox")
        self.connection = Badge(self._state)
        self.connection.setObjectName("connection")
        self._lay_out()
        self._budget: RefundBudget | None = None
        self.show_budget(None)
        self.show_outbox(0, 0)
        self.show_connection(ConnectionState.CONNECTING, SessionState.SIGNED_OUT)

    def _lay_out(self) -> None:
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(Space.LARGE, Space.SMALL, Space.LARGE, Space.SMALL)
        self._row.setSpacing(Space.SMALL)
        self.find_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._flow = FlowLayout(self._state, gap=Space.LARGE)
        parts = (self.timer, self.there.label, self.budget, self.stops, self.outbox, self.connection)
        for part in parts:
            self._flow.addWidget(part)
        self._row.addWidget(self.find_box, 100)
        self._row.addStretch(1)
        self._row.addWidget(self._state, 0, Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may ask for another number of lines."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """So may other words in it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """One line where all of it fits, else the find box above and the rest below."""
        self.find_box.grow(theme.current().sizes.scale)
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        needed = self._flow.one_line()
        in_one = self.find_box.minimumWidth() + self._row.spacing() * 2 + needed <= room
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._row.setDirection(across if in_one else down)
        least = needed if in_one else 0
        if least != self._state.minimumWidth():
            self._state.setMinimumWidth(least)
            # It grew where it stood, beyond the edge: put it in its place before anybody sees that.
            self._row.activate()

    def show_for_calls(self, takes_calls: bool) -> None:
        """Whether this person has callers at all."""
        for part in (self.find_box, self.timer, self.stops):
            part.setVisible(takes_calls)

    def show_budget(self, budget: RefundBudget | None) -> None:
        """What may still be refunded to this caller today, without asking."""
        self._budget = budget
        self.budget.setVisible(budget is not None)
        if budget is None:
            return
        left = min(budget.caller_day_left_cents, budget.shift_left_cents)
        more = "" if left else "; more needs approval"
        self._say_budget(f"{dollars(left)} left today{more}", _budget_in_full(budget), warns=not left)

    def show_ruling(self, ruling: Ruling | None) -> None:
        """How the refund stands that is being typed; None: none is, so the budget again."""
        if ruling is None:
            self.show_budget(self._budget)
        elif ruling.standing is not Standing.GOES:
            word = "Needs approval" if ruling.needs_approval else "Cannot be refunded"
            self.budget.show()
            self._say_budget(word, ruling.sentence, warns=True)
        else:
            self._say_budget("Within your limits", ruling.sentence, warns=False)

    def _say_budget(self, words: str, in_full: str, *, warns: bool) -> None:
        self.budget.setText(words)
        self.budget.setToolTip(in_full)
        self.budget.setAccessibleName(f"{words}. {in_full}")
        self.budget.setProperty("tone", "warn" if warns else "")
        self.budget.style().polish(self.budget)

    def show_outbox(self, stops: int, others: int) -> None:
        """How many STOPs, and how many other actions, wait to be sent."""
        self.stops.setText(f"STOP queue {stops}")
        self.stops.setProperty("tone", "warn" if stops else "")
        self.outbox.setText(f"{others} on the way")
        self.outbox.setVisible(others > 0)
        self.stops.style().polish(self.stops)

    def show_connection(self, connection: ConnectionState, session: SessionState) -> None:
        """Offline, signed out, expired: three states that never look alike."""
        word, icon, tone = badge_words(connection, session)
        self.connection.show_state(word, icon, tone)


def _budget_in_full(budget: RefundBudget) -> str:
    """Every limit, and what is left of it."""
    limits = budget.limits
    day, shift = dollars(budget.caller_day_left_cents), dollars(budget.shift_left_cents)
    if limits is None:
        return f"Refunds without asking: {day} to this caller today, {shift} in this shift."
    return (
        f"Refunds without asking: {day} of {dollars(limits.caller_day_cents)} to this caller today, {shift} "
        f"of {dollars(limits.shift_cents)} in this shift. A charge more than {limits.charge_age_days} days "
        "old needs another person."
    )
