"""When care answers: held against the calendar worked out by hand, across clock changes and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from care_console.contract.hours import CLOSES, EASTERN, OPENS, care_hours, holiday_on, is_open

_FIRST, _LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 12, 31, tzinfo=UTC)
_MOMENTS = st.integers(0, int((_LAST - _FIRST).total_seconds())).map(
    lambda seconds: _FIRST + timedelta(seconds=seconds)
)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday_of_may(year: int) -> date:
    end = date(year, 5, 31)
    return end - timedelta(days=end.weekday())


def _observed(day: date) -> date:
    """5 U.S.C. 6103 (b): Saturday's is kept on Friday; Executive Order 11582: Sunday's on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _by_law(year: int) -> set[date]:
    """5 U.S.C. 6103 (a), as days on which nobody works."""
    fixed = [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)]
    days = {_observed(date(about, month, day)) for about in (year, year + 1) for month, day in fixed}
    days |= {
        _nth(year, 1, 0, 3),
        _nth(year, 2, 0, 3),
        _last_monday_of_may(year),
        _nth(year, 9, 0, 1),
        _nth(year, 10, 0, 2),
        _nth(year, 11, 3, 4),
    }
    return {day for day in days if day.year == year}


@pytest.mark.parametrize("year", range(2024, 2036))
def test_the_working_days_without_care_are_those_of_the_law(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=ahead) for ahead in range(366))
    closed = {day for day in days if day.year == year and day.weekday() < 5 and holiday_on(day)}
    assert closed == {day for day in _by_law(year) if day.weekday() < 5}


@settings(deadline=None)
@given(_MOMENTS)
@example(datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC))
@example(datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
@example(datetime(2026, 11, 26, 15, 0, tzinfo=UTC))
@example(datetime(2027, 12, 31, 15, 0, tzinfo=UTC))
def test_open_means_a_working_day_between_nine_and_nine(at: datetime) -> None:
    local = at.astimezone(EASTERN)
    works = local.weekday() < 5 and local.date() not in _by_law(local.year)
    assert is_open(at) == (works and time(9) <= local.time() < time(21))
    assert care_hours(at).is_open == is_open(at)


@settings(deadline=None)
@given(_MOMENTS)
@example(datetime(2026, 3, 7, 12, tzinfo=UTC))
@example(datetime(2026, 10, 31, 12, tzinfo=UTC))
@example(datetime(2026, 11, 26, 1, 59, 59, tzinfo=UTC))
def test_it_stays_as_it_is_until_it_changes_and_changes_then(at: datetime) -> None:
    hours = care_hours(at)
    change = hours.changes_at.astimezone(UTC)
    assert at < change
    assert hours.changes_at.astimezone(EASTERN).time() == (CLOSES if hours.is_open else OPENS)
    assert is_open(change) is not hours.is_open
    assert is_open(change - timedelta(microseconds=1)) is hours.is_open
    moment = at
    while moment < change:
        assert is_open(moment) is hours.is_open
        moment += timedelta(hours=1)


def test_nine_in_the_morning_is_an_hour_earlier_in_utc_once_the_clocks_went_forward() -> None:
    friday, sunday = datetime(2026, 3, 6, 3, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert care_hours(friday).changes_at.astimezone(UTC).hour == 14
    assert care_hours(sunday).changes_at.astimezone(UTC) == datetime(2026, 3, 9, 13, tzinfo=UTC)


def test_the_holiday_is_named_on_its_day_alone() -> None:
    thanksgiving = datetime(2026, 11, 26, 15, tzinfo=UTC)
    assert care_hours(thanksgiving).holiday == "Thanksgiving Day"
    assert care_hours(thanksgiving).changes_at == datetime(2026, 11, 27, 9, tzinfo=EASTERN)
    assert care_hours(thanksgiving - timedelta(days=1)).holiday is None
