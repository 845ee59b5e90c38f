"""Which numbers a message can be for."""

from __future__ import annotations

import pytest

from care_console.service.foundation.problems import Problem
from care_console.service.recordings.numbers import mobile_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(214) 555-0142", "+12145550142"),
        ("1-214-555-0142", "+12145550142"),
        ("+1 787 234 5678", "+17872345678"),  # Puerto Rico
        ("671-888-1234", "+16718881234"),  # Guam
    ],
)
def test_a_number_of_the_states_and_of_their_territories_is_taken(typed: str, number: str) -> None:
    assert mobile_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("416-555-0142", "not of the United States"),  # Toronto
        ("876-512-3456", "not of the United States"),  # Jamaica
        ("+44 7911 123456", "not of the United States"),
        ("800-234-5678", "toll-free"),
        ("900-234-5678", "premium-rate"),
        ("214-555", "no phone number"),
        ("214-555-0142 ext. 5", "no phone number"),
        ("call me", "no phone number"),
        ("", "no phone number"),
    ],
)
def test_what_no_text_can_reach_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(Problem) as refused:
        mobile_number(typed)
    assert why in refused.value.detail
    assert "Nothing was kept" in refused.value.detail
