"""The filter of the log: when, which state, which way, whose hand, which number. By keys or by mouse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from PySide6.QtCore import QDate, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QLineEdit, QVBoxLayout, QWidget

from care_console.contract.consent import ConsentState
from care_console.desktop.queries.opt_outs import LogFilter
from care_console.desktop.screens.story.lines import CHANNELS
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.flow import FlowLayout
from care_console.desktop.widgets.labels import restyle
from care_console.desktop.widgets.parts import button, say, words
from care_console.desktop.widgets.when import EASTERN

_TYPED_MS = 300
_NOT_A_NUMBER = "A number has ten digits; until then it filters nothing."


class Span(StrEnum):
    """Over which time the log is shown."""

    EVER = "Any time"
    TODAY = "Today"
    WEEK = "Last 7 days"
    MONTH = "Last 30 days"
    YEAR = "Last 12 months"
    BETWEEN = "Between two days"


_DAYS = {Span.TODAY: 0, Span.WEEK: 6, Span.MONTH: 29, Span.YEAR: 364}
# A box hands a word of ours back as plain text, so what is chosen is told by its place.
_SPANS = tuple(Span)
_STATES = ((None, "Any state"), (ConsentState.OPTED_OUT, "Opted out"), (ConsentState.HELD, "Held"))
_WAYS = ((None, "Any way"), *((way, told.capitalize()) for way, told in CHANNELS.items()))


class FilterBar(QWidget):
    """The fields. `changed` fires with a LogFilter once a choice was made, or typing has paused."""

    changed = Signal(object)

    def __init__(self, *, waiting: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("logFilter")
        self.setAccessibleName("Filter the log")
        self._waiting = waiting
        self._told = LogFilter(waiting=waiting)
        self.span = self._choice("logSpan", "When", [one.value for one in _SPANS])
        self.state = self._choice("logState", "State", [word for _, word in _STATES])
        self.channel = self._choice("logChannel", "How it came", [word for _, word in _WAYS])
        self.actor = self._line("logActor", "By whom", 110)
        self.phone = self._line("logPhone", "A number", 130)
        self.first, self.last = self._day("logFrom", "From this day"), self._day("logTo", "To this day")
        self.clear = button(f"All  {keys.shown('log.all')}", "logAll", "quiet")
        self.clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.trouble = words("", "hint", "logFilterTrouble")
        self._lay_out()
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPED_MS)
        self._typed.timeout.connect(self._tell)
        for box in (self.span, self.state, self.channel):
            box.currentIndexChanged.connect(self._chosen)
        for edit in (self.first, self.last):
            edit.dateChanged.connect(self._typed.start)
        for line in (self.actor, self.phone):
            line.textEdited.connect(self._typed.start)
            line.returnPressed.connect(self._tell)
        self.clear.clicked.connect(self.show_all)
        self._show_days()

    @property
    def wanted(self) -> LogFilter:
        """The filter as its fields stand. A number that is not whole yet filters nothing."""
        span = _SPANS[self.span.currentIndex()]
        first, last = (None, None)
        if span is Span.BETWEEN:
            first, last = _python_day(self.first), _python_day(self.last)
        elif span is not Span.EVER:
            first = datetime.now(EASTERN).date() - timedelta(days=_DAYS[span])
        return LogFilter(
            since=_midnight(first) if first else None,
            until=_midnight(last + timedelta(days=1)) if last else None,
            state=None if self._waiting else _STATES[self.state.currentIndex()][0],
            channel=_WAYS[self.channel.currentIndex()][0],
            actor=self.actor.text().strip() or None,
            phone=e164(self.phone.text()),
            waiting=self._waiting,
        )

    def show_all(self) -> None:
        """No filter any more."""
        for box in (self.span, self.state, self.channel):
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        self.actor.clear()
        self.phone.clear()
        self._show_days()
        self._tell()

    def begin(self) -> None:
        """Put the focus where filtering begins."""
        self.span.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _chosen(self) -> None:
        self._show_days()
        self._tell()

    def _tell(self) -> None:
        self._typed.stop()
        typed = self.phone.text().strip()
        is_bad = bool(typed) and e164(typed) is None
        self.phone.setProperty("invalid", "true" if is_bad else "false")
        restyle(self.phone)
        say(self.trouble, _NOT_A_NUMBER if is_bad else "")
        wanted = self.wanted
        if wanted != self._told:
            self._told = wanted
            self.changed.emit(wanted)

    def _show_days(self) -> None:
        for edit in (self.first, self.last):
            edit.setVisible(_SPANS[self.span.currentIndex()] is Span.BETWEEN)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.TIGHT, Space.LARGE, Space.SMALL)
        column.setSpacing(Space.TIGHT)
        flow = FlowLayout(gap=Space.TIGHT)
        parts = (
            self.span,
            self.first,
            self.last,
            self.state,
            self.channel,
            self.actor,
            self.phone,
            self.clear,
        )
        for part in parts:
            flow.addWidget(part)
        self.state.setVisible(not self._waiting)
        column.addLayout(flow)
        column.addWidget(self.trouble)
        self.trouble.hide()

    def _choice(self, name: str, told: str, choices: Sequence[str]) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setAccessibleName(told)
        box.addItems(choices)
        return box

    def _line(self, name: str, told: str, width: int) -> QLineEdit:
        line = QLineEdit(self)
        line.setObjectName(name)
        line.setAccessibleName(told)
        line.setPlaceholderText(told)
        line.setMaxLength(64)
        line.setFixedWidth(width)
        return line

    def _day(self, name: str, told: str) -> QDateEdit:
        edit = QDateEdit(QDate.currentDate(), self)
        edit.setObjectName(name)
        edit.setAccessibleName(told)
        edit.setDisplayFormat("MMM d, yyyy")
        edit.setCalendarPopup(False)
        return edit


def e164(typed: str) -> str | None:
    """A US number however it was typed; None where it is not a whole one."""
    digits = re.sub(r"\D", "", typed)
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return f"+1{digits}" if re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", digits) else None


def _midnight(of: date) -> datetime:
    return datetime.combine(of, time(), EASTERN).astimezone(UTC)


def _python_day(edit: QDateEdit) -> date:
    shown = edit.date()
    return date(shown.year(), shown.month(), shown.day())
