"""What the frame tells of time: how long the call lasts, when care is open, how late it is there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtWidgets import QWidget

from care_console.contract.hours import EASTERN, care_hours
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.badges import Badge
from care_console.desktop.widgets.labels import plain

_ZONE_NAMES = {
    "EST": "Eastern", "EDT": "Eastern", "CST": "Central", "CDT": "Central", "MST": "Mountain",
    "MDT": "Mountain", "PST": "Pacific", "PDT": "Pacific", "AKST": "Alaska", "AKDT": "Alaska",
    "HST": "Hawaii", "HDT": "Hawaii", "AST": "Atlantic", "ADT": "Atlantic",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallLimits:
    """From how many seconds on a call's timer is amber, and from how many red. The median call takes 180."""

    amber_seconds: int = 180
    red_seconds: int = 300

    @classmethod
    def from_environment(cls) -> CallLimits:
        """As `CARE_CALL_AMBER_SECONDS` and `CARE_CALL_RED_SECONDS` say; what cannot be read is left aside."""
        found = cls()
        amber = _seconds("CARE_CALL_AMBER_SECONDS", found.amber_seconds)
        return cls(amber, max(amber, _seconds("CARE_CALL_RED_SECONDS", found.red_seconds)))

    def reached(self, seconds: float) -> tuple[Tone, str, str]:
        """Tone, shape and words for a call that has lasted so long."""
        lasted = f"{int(seconds) // 60:02}:{int(seconds) % 60:02} call"
        if seconds >= self.red_seconds:
            return Tone.BAD, "bad", f"{lasted}, over {_length(self.red_seconds)}"
        if seconds >= self.amber_seconds:
            return Tone.WARN, "warn", f"{lasted}, over {_length(self.amber_seconds)}"
        return Tone.PLAIN, "clock", lasted


class CallTimer(Badge):
    """How long the call at hand lasts. Starts with the first story that is opened for it."""

    def __init__(self, clock: Clock, limits: CallLimits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("callTimer")
        self._clock, self._limits = clock, limits
        self._began: float | None = None
        clock.ticked.connect(self._show)
        self._show()

    def run_from(self, began: float | None) -> None:
        """Count from a moment of the clock's seconds; None: no call."""
        self._began = began
        self._show()

    def _show(self) -> None:
        if self._began is None:
            self.show_state("No call", "clock", Tone.PLAIN)
            return
        tone, shape, words = self._limits.reached(max(0.0, self._clock.seconds() - self._began))
        self.show_state(words, shape, tone)


class TimeThere:
    """The time of day where the caller's number is from, where it tells that."""

    def __init__(self, clock: Clock, parent: QWidget) -> None:
        self.label = plain("", "soft", parent=parent)
        self.label.setObjectName("timeThere")
        self._clock = clock
        self._zones: tuple[str, ...] = ()
        clock.ticked.connect(self._show)
        self._show()

    def show_for(self, zones: Sequence[str]) -> None:
        """The zones (IANA) that the number may be in; none: nothing is known."""
        self._zones = tuple(zones)
        self._show()

    def _show(self) -> None:
        words = time_there(self._zones, self._clock.now())
        if words != self.label.text():
            self.label.setText(words)
        self.label.setVisible(bool(words))
        self.label.setToolTip("By the caller's number; they may be elsewhere." if words else "")


class CareLine:
    """Whether the care line is open, and until when."""

    def __init__(self, clock: Clock, parent: QWidget) -> None:
        self.label = plain("", "soft", parent=parent)
        self.label.setObjectName("careHours")
        self.label.setToolTip(
            "The care line: Monday to Friday, 9 AM to 9 PM US Eastern; no federal holidays."
        )
        self._clock = clock
        clock.ticked.connect(self._show)
        self._show()

    def _show(self) -> None:
        words = care_words(self._clock.now())
        if words != self.label.text():
            self.label.setText(words)


def care_words(now: datetime) -> str:
    """`Care is open until 9 PM`, `Care is closed: opens Mon 9 AM`, `Care is closed for Labor Day: ...`."""
    hours = care_hours(now)
    if hours.is_open:
        return f"Care is open until {_hour(hours.changes_at)}"
    why = f" for {hours.holiday}" if hours.holiday else ""
    today = hours.changes_at.date() == now.astimezone(EASTERN).date()
    day = "" if today else f"{hours.changes_at:%a} "
    return f"Care is closed{why}: opens {day}{_hour(hours.changes_at)}"


def time_there(zones: Sequence[str], now: datetime) -> str:
    """`There 1:14 PM Central`; `There 1:14 PM or 2:14 PM` for two; nothing for more, or for none."""
    shown: dict[str, str] = {}
    for name in zones:
        try:
            local = now.astimezone(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            return ""
        clock = local.strftime("%I:%M %p").lstrip("0")
        shown.setdefault(clock, _ZONE_NAMES.get(local.strftime("%Z"), ""))
    match list(shown.items()):
        case [(clock, zone)]:
            return f"There {clock} {zone}".rstrip()
        case [(first, _), (second, _)]:
            return f"There {first} or {second}"
        case _:
            return ""


def _hour(at: datetime) -> str:
    return at.strftime("%I %p").lstrip("0")


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min" if not rest else f"{minutes}:{rest:02} min"


def _seconds(name: str, default: int) -> int:
    given = os.environ.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and 0 < int(given) < 86_400 else default
