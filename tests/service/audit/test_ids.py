"""Entries' ids: as RFC 9562 has version 7, each once, growing with time."""

from __future__ import annotations

import time
from uuid import RFC_4122

import pytest

from care_console.service.audit.ids import new_entry_id


def test_they_are_of_version_7_and_each_is_new() -> None:
    began = time.time_ns() // 1_000_000
    ids = [new_entry_id() for _ in range(2_000)]
    ended = time.time_ns() // 1_000_000
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}
    assert all(began <= one.int >> 80 <= ended for one in ids)


def test_of_two_moments_the_later_has_the_greater(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for moment in (0, 999_999, 1_000_000, 1_764_489_600_000_000_000, (2**48 - 1) * 1_000_000):
        monkeypatch.setattr(time, "time_ns", lambda moment=moment: moment)
        made.append(new_entry_id())
    assert made[2:] == sorted(made[2:])
    assert max(made[:2]) < made[2]
    assert made[0].int >> 80 == made[1].int >> 80 == 0
    assert made[-1].int >> 80 == 2**48 - 1


def test_every_bit_that_is_left_to_chance_takes_both_values() -> None:
    ids = [new_entry_id().int & (1 << 80) - 1 for _ in range(500)]
    fixed = (0b1111 << 76) | (0b11 << 62)
    varied = 0
    for one in ids:
        varied |= one ^ ids[0]
    assert varied == (1 << 80) - 1 & ~fixed
