"""When care answers the phone: Monday to Friday, 9 AM to 9 PM US Eastern, but not on US federal holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from care_console.contract.federal_holidays import federal_holidays_of

CARE_PHONE = "+18447770710"
SHORT_CODE = "33297"
EASTERN = ZoneInfo("America/New_York")
OPENS, CLOSES = time(9), time(21)
_LONGEST_REST = 14  # days; the longest there is, a holiday on a Monday or a Friday, has four


@dataclass(frozen=True, slots=True)
class CareHours:
    """How the care line stands. `changes_at`: when it closes or opens next, in US Eastern.

    `holiday`: the federal holiday that closes it on the day asked about, if one does.
    """

    is_open: bool
    changes_at: datetime
    holiday: str | None = None


def is_open(at: datetime) -> bool:
    """Whether the care line answers at an (aware) moment."""
    local = at.astimezone(EASTERN)
    return _is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def care_hours(at: datetime) -> CareHours:
    """How the care line stands at an (aware) moment, and until when."""
    local = at.astimezone(EASTERN)
    today = local.date()
    if is_open(at):
        return CareHours(True, datetime.combine(today, CLOSES, EASTERN))
    first = 0 if local.time() < OPENS else 1
    days = (today + timedelta(days=ahead) for ahead in range(first, _LONGEST_REST))
    opens_on = next(day for day in days if _is_working_day(day))
    # A holiday on a weekend closes nothing that was open.
    why = holiday_on(today) if today.weekday() < 5 else None
    return CareHours(False, datetime.combine(opens_on, OPENS, EASTERN), why)


def holiday_on(day: date) -> str | None:
    """The US federal holiday on a day, or observed on it; None for any other day."""
    return federal_holidays(day.year).get(day)


@lru_cache(maxsize=8)
def federal_holidays(year: int) -> dict[date, str]:
    """The days of a year on which the federal government rests, and why."""
    return federal_holidays_of(year)


def _is_working_day(day: date) -> bool:
    return day.weekday() < 5 and holiday_on(day) is None
