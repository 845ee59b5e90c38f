"""The days on which the US federal government rests: 5 U.S.C. 6103, with Juneteenth since 2021.

By rule and not by a library of the world's holidays: the one that there is loads three hundred countries for
it, 19 MB and half a second of the desk's. A test holds this to that one.
"""

from __future__ import annotations

from datetime import date, timedelta

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
_LAST = -1
_FIXED = (
    (1, 1, "New Year's Day"),
    (6, 19, "Juneteenth National Independence Day"),
    (7, 4, "Independence Day"),
    (11, 11, "Veterans Day"),
    (12, 25, "Christmas Day"),
)
_ON_WEEKDAYS = (
    (1, _MONDAY, 3, "Martin Luther King Jr. Day"),
    (2, _MONDAY, 3, "Washington's Birthday"),
    (5, _MONDAY, _LAST, "Memorial Day"),
    (9, _MONDAY, 1, "Labor Day"),
    (10, _MONDAY, 2, "Columbus Day"),
    (11, _THURSDAY, 4, "Thanksgiving Day"),
)
_JUNETEENTH_SINCE = 2021


def federal_holidays_of(year: int) -> dict[date, str]:
    """Each day of a year that is one, or on which one is observed, and its name. From 1986 on."""
    found = {_weekday(year, month, weekday, which): name for month, weekday, which, name in _ON_WEEKDAYS}
    for of_year in (year, year + 1):
        for month, day, name in _FIXED:
            if month == 6 and of_year < _JUNETEENTH_SINCE:
                continue
            on = date(of_year, month, day)
            found.setdefault(on, name)
            observed = _observed(on)
            if observed != on:
                found.setdefault(observed, f"{name} (observed)")
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def _observed(on: date) -> date:
    """A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after."""
    return on + timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(on.weekday(), 0))


def _weekday(year: int, month: int, weekday: int, which: int) -> date:
    if which == _LAST:
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
