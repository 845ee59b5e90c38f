"""When a text that asks for money may leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.service.settings import Settings
from care_console.service.texting.allowed import Hours, read_hours
from care_console.service.texting.bodies import in_gsm, new_link_body
from care_console.service.texting.hours import may_leave, next_moment, zones_of

USUAL = Settings().allowed_hours
DALLAS, ANCHORAGE, TOLL_FREE = "+12145550142", "+19075550100", "+18447770710"
moments = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize(
    ("phone", "at", "expected"),
    [
        (DALLAS, datetime(2026, 11, 20, 14, 59, tzinfo=UTC), False),
        (DALLAS, datetime(2026, 11, 20, 15, 0, tzinfo=UTC), True),
        (DALLAS, datetime(2026, 11, 21, 1, 59, tzinfo=UTC), True),
        (DALLAS, datetime(2026, 11, 21, 2, 0, tzinfo=UTC), False),
        (DALLAS, datetime(2026, 7, 20, 14, 0, tzinfo=UTC), True),  # summer time
        (ANCHORAGE, datetime(2026, 11, 20, 17, 59, tzinfo=UTC), False),
    ],
)
def test_from_nine_to_eight_at_the_recipients_place(phone: str, at: datetime, expected: bool) -> None:
    assert may_leave(phone, at, USUAL) is expected


@given(moments, st.sampled_from([DALLAS, ANCHORAGE, TOLL_FREE]))
def test_the_next_moment_is_allowed_and_soon(at: datetime, phone: str) -> None:
    moment = next_moment(phone, at, USUAL)
    assert may_leave(phone, moment, USUAL)
    assert at <= moment <= at + timedelta(days=1)


def test_a_number_of_no_place_waits_for_day_in_all_zones() -> None:
    assert len(zones_of(TOLL_FREE)) > 3


def test_the_hours_are_a_setting() -> None:
    late = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 20:00 in Dallas
    assert not may_leave(DALLAS, late, USUAL)
    assert may_leave(DALLAS, late, Settings(text_hours="8-21").allowed_hours)
    assert next_moment(DALLAS, late, Hours(0, 24)) == late


@pytest.mark.parametrize("words", ["", "9", "20-9", "9-15", "9-25", "nine-20", "-9-20"])
def test_hours_that_no_number_could_have_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="hours are written 9-20"):
        read_hours(words)


@given(moments, st.sampled_from([DALLAS, ANCHORAGE, TOLL_FREE]), st.integers(0, 17))
def test_the_shortest_hours_come_in_two_days(at: datetime, phone: str, opens: int) -> None:
    hours = Hours(opens, opens + 7)
    assert may_leave(phone, next_moment(phone, at, hours), hours)


@given(st.text(max_size=300), st.sampled_from(["en", "es"]))
def test_a_text_is_one_segment_whatever_the_name(name: str, language: str) -> None:
    body = new_link_body(language, name, "https://mvm.example/m/7KMNP2RTVWXY3CD")
    assert len(body) <= 160
    assert in_gsm(body) == body
