"""Moments as the desk writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from care_console.desktop.widgets.when import age, clock_time, in_full, in_utc, length, same_day, short_day

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def test_times_are_us_eastern_in_summer_and_in_winter() -> None:
    assert clock_time(datetime(2026, 11, 20, 23, 3, tzinfo=UTC)) == "6:03 PM"
    assert clock_time(datetime(2026, 7, 20, 22, 3, tzinfo=UTC)) == "6:03 PM"
    assert in_full(datetime(2026, 11, 20, 5, 0, tzinfo=UTC), NOW) == "Nov 20, 12:00 AM Eastern"


def test_a_day_ends_at_midnight_eastern_not_utc() -> None:
    late = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
    assert short_day(late, NOW) == "Nov 20"
    assert same_day(late, late - timedelta(hours=3))
    assert not same_day(late, late + timedelta(hours=1))


def test_another_year_is_named() -> None:
    assert short_day(datetime(2025, 11, 20, 12, tzinfo=UTC), NOW) == "Nov 20 ’25"


def test_the_hover_is_utc() -> None:
    assert in_utc(datetime(2026, 11, 20, 23, 3, 5, tzinfo=UTC)) == "2026-11-20 23:03:05 UTC"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(hours=24), "1 d ago"),
        (timedelta(days=59), "59 d ago"),
        (timedelta(days=61), "2 mo ago"),
        (timedelta(days=800), "2 y ago"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_ages(before: timedelta, words: str) -> None:
    assert age(NOW - before, NOW) == words


def test_lengths() -> None:
    assert [length(seconds) for seconds in (0, 9, 72, 120)] == ["0:00", "0:09", "1:12", "2:00"]
