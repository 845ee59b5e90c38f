"""The bytes of an entry are for good: another form of them would break every tree that was built of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.evidence.entries import Entry, canonical_bytes, read_entry

GOLDEN = Entry(
    id=UUID("01234567-89ab-4def-8123-456789abcdef"),
    at=datetime(2026, 11, 20, 12, 0, 0, 500, tzinfo=timezone(timedelta(hours=-5))),
    actor="ana",
    action="consent.opted_out",
    outcome="done",
    subject="opt_out:7",
    origin="127.0.0.1",
    details={
        "words": 'ya no "más" \\ /\u0007\n\u20ac\U0001f600\x7f',
        "phone": "+12145550142",
        "\ufb33": 1,  # by its code point before the next, by its UTF-16 code unit after it
        "\U0001f600": [True, None, -9007199254740991, {"b": [], "a": {}}],
    },
)
# These bytes must never change. An entry of another form needs another `v`.
GOLDEN_BYTES = (
    '{"action":"consent.opted_out","actor":"ana","at":"2026-11-20T17:00:00.000500Z",'
    '"details":{"phone":"+12145550142","words":"ya no \\"más\\" \\\\ /\\u0007\\n\u20ac\U0001f600\x7f",'
    '"\U0001f600":[true,null,-9007199254740991,{"a":{},"b":[]}],"\ufb33":1},'
    '"id":"01234567-89ab-4def-8123-456789abcdef","origin":"127.0.0.1","outcome":"done",'
    '"subject":"opt_out:7","v":1}'
).encode()

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
ENTRIES = st.builds(
    Entry,
    id=st.uuids(),
    at=st.datetimes(
        timezones=st.timezones(),
        min_value=datetime(2, 1, 1),  # noqa: DTZ001
        max_value=datetime(9998, 1, 1),  # noqa: DTZ001
        allow_imaginary=False,
    ),
    actor=WORDS,
    action=WORDS,
    outcome=WORDS,
    subject=WORDS,
    origin=WORDS,
    details=st.dictionaries(WORDS, VALUES, max_size=5),
)


def with_details(**details: Any) -> Entry:
    return Entry(GOLDEN.id, GOLDEN.at, "a", "b", "c", "d", "e", details)


def test_one_entry_has_these_bytes_for_good() -> None:
    assert canonical_bytes(GOLDEN) == GOLDEN_BYTES
    assert read_entry(GOLDEN_BYTES) == GOLDEN


@given(ENTRIES)
def test_what_is_written_is_read_and_written_the_same(entry: Entry) -> None:
    stored = canonical_bytes(entry)
    # In the hour that comes twice, Python holds a local moment equal to none of another zone.
    assert read_entry(stored) == replace(entry, at=entry.at.astimezone(UTC))
    assert canonical_bytes(read_entry(stored)) == stored
    assert json.loads(stored)["details"] == entry.details


@given(ENTRIES)
def test_names_are_in_the_order_of_their_utf16_code_units(entry: Entry) -> None:
    names = list(json.loads(canonical_bytes(entry))["details"])
    assert names == sorted(names, key=lambda name: name.encode("utf-16-be"))


@pytest.mark.parametrize(
    "wrong", [1.0, float("nan"), float("inf"), 2**53, -(2**53), b"x", "\ud800", {1, 2}, 3j]
)
def test_what_has_no_one_way_of_being_written_is_refused(wrong: Any) -> None:
    for details in ({"x": wrong}, {"x": [wrong]}, {"x": {"y": (wrong,)}}):
        with pytest.raises(ValueError):  # noqa: PT011
            canonical_bytes(with_details(**details))


def test_a_time_without_its_zone_and_a_name_that_is_no_string_are_refused() -> None:
    naive = Entry(GOLDEN.id, datetime(2026, 11, 20), "a", "b", "c", "d", "e")  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        canonical_bytes(naive)
    with pytest.raises(ValueError, match="strings"):
        canonical_bytes(Entry(GOLDEN.id, GOLDEN.at, "a", "b", "c", "d", "e", {1: "x"}))  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1.0'),
        (b'"v":1', b'"v":1,"w":1'),
        (b'{"action"', b'{ "action"'),
        (b'"actor":"ana"', b'"actor":"\\u0061na"'),
        (b'"actor":"ana"', b'"actor":"bob","actor":"ana"'),
        (b'"actor":"ana"', b'"actor":7'),
        (b'"id":"01234567-', b'"id":"01234567'),
        (b'"id":"0', b'"id":7,"x":"0'),
        (b'.000500Z"', b'.0005Z"'),
        (b'.000500Z"', b'.000500+00:00"'),
        (b'\\u0007', b'\x07'),
        (b'\\u0007', b'\\u0007\xff'),
        (b'\xe2\x82\xac', b'\\u20ac'),
        (GOLDEN_BYTES, b""),
        (GOLDEN_BYTES, b"[]"),
        (GOLDEN_BYTES, b"null"),
        (GOLDEN_BYTES, b"[" * 100_000),
        (GOLDEN_BYTES, GOLDEN_BYTES.decode().encode("utf-16")),
        (GOLDEN_BYTES, GOLDEN_BYTES + b"\n"),
    ],
)  # fmt: skip
def test_other_bytes_for_the_same_are_not_an_entry(old: bytes, new: bytes) -> None:
    assert old in GOLDEN_BYTES
    with pytest.raises(ValueError):  # noqa: PT011
        read_entry(GOLDEN_BYTES.replace(old, new, 1))


@given(st.integers(0, len(GOLDEN_BYTES) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_another_entry_or_none(place: int, flip: int) -> None:
    changed = bytearray(GOLDEN_BYTES)
    changed[place] ^= flip
    try:
        assert read_entry(bytes(changed)) != GOLDEN
    except ValueError:
        return


@given(st.binary(max_size=200))
def test_any_bytes_are_an_entry_or_a_value_error(stored: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_entry(stored)
