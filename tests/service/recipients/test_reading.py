"""What was typed into the find box is read in every way it can be, and never raises."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.service.recipients.search.cards import CardSaid
from care_console.service.recipients.search.reading import fold_code, read
from care_console.service.recipients.search.typos import distance, one_slip_away
from tests.service.recipients.spellings import SPELLINGS

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling_of_a_number_is_that_number(spelling: str) -> None:
    assert read(spelling, TODAY).numbers.whole == ("+12145550142",)


@pytest.mark.parametrize(
    ("typed", "endings", "beginnings"),
    [
        ("0142", ("0142",), ()),
        ("last four 0142", ("0142",), ()),
        ("...0142", ("0142",), ()),
        ("555-0142", ("5550142",), ("5550142",)),
        ("555 0142", ("5550142",), ("5550142",)),
        ("5550142", ("5550142",), ("5550142",)),
        ("(214) 555", ("214555",), ("214555",)),
        ("+1 214 555 01", (), ("21455501",)),
        ("214", (), ()),
        ("VM398E92A4F5D", (), ()),
        ("0142 4242", ("0142", "4242"), ()),
    ],
)
def test_parts_of_a_number(typed: str, endings: tuple[str, ...], beginnings: tuple[str, ...]) -> None:
    numbers = read(typed, TODAY).numbers
    assert (numbers.whole, numbers.endings, numbers.beginnings) == ((), endings, beginnings)


@pytest.mark.parametrize(
    ("typed", "card"),
    [
        ("4242 3.99", CardSaid("4242", 399)),
        ("4242 $3.99", CardSaid("4242", 399)),
        ("$3.99 4242", CardSaid("4242", 399)),
        ("4242 3,99", CardSaid("4242", 399)),
        ("4242 $12", CardSaid("4242", 1200)),
        ("4242 4 dollars", CardSaid("4242", 400)),
        ("card ending 4242, $3.99 on the 14th", CardSaid("4242", 399, date(2026, 11, 14))),
        ("4242 the 28th", CardSaid("4242", None, date(2026, 10, 28))),
        ("visa 4242 nov 14", CardSaid("4242", None, date(2026, 11, 14), "visa")),
        ("4242 11/14", CardSaid("4242", None, date(2026, 11, 14))),
        ("4242 11-14", CardSaid("4242", None, date(2026, 11, 14))),
        ("11/14/25 4242", CardSaid("4242", None, date(2025, 11, 14))),
        ("4242 2026-11-14", CardSaid("4242", None, date(2026, 11, 14))),
        ("4242 14/11", CardSaid("4242", None, date(2026, 11, 14))),
        ("4242 12/24", CardSaid("4242", None, date(2025, 12, 24))),
        ("4242 14 de noviembre", CardSaid("4242", None, date(2026, 11, 14))),
        ("x4242 November 14th, 2025", CardSaid("4242", None, date(2025, 11, 14))),
        ("**** 4242 yesterday", CardSaid("4242", None, date(2026, 11, 19))),
        ("amex 0005", CardSaid("0005", None, None, "amex")),
        ("4242", None),
        ("3.99 nov 14", None),
        ("214.555.0142", None),
        ("4242 13/45", None),
    ],
)
def test_a_card_with_its_amount_or_day(typed: str, card: CardSaid | None) -> None:
    assert read(typed, TODAY).card == card


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Maria Delgado", "Maria Delgado"),
        ("Sra. María Delgado", "María Delgado"),
        ("Maria 0142", "Maria"),
        ("call from Maria, number (214) 555-0142", "Maria"),
        ("visa 4242 nov 14", ""),
        ("VM398E92A4F5D", ""),
        ("https://mvm.example/m/7KMNP2RTVWXY3CD", ""),
        ("O'Brien", "O'Brien"),
    ],
)
def test_what_may_be_a_name(typed: str, name: str) -> None:
    assert read(typed, TODAY).name == name


@pytest.mark.parametrize(
    "typed",
    [
        "https://mvm.example/m/7KMNP2RTVWXY3CD",
        "mvm.example/m/7kmnp2rtvwxy3cd?utm=1",
        "7kmnp-2rtvw-xy3cd",
        "7KMNP 2RTVW XY3CD",
        "the code is 7KMNP-2RTVW-XY3CD.",
        "7KMNP—2RTVW—XY3CD",
    ],
)
def test_a_code_however_it_is_typed(typed: str) -> None:
    assert fold_code("7KMNP2RTVWXY3CD") in read(typed, TODAY).codes


def test_what_it_understood_is_said() -> None:
    told = read("Maria 4242 $3.99 11/14", TODAY).understood()
    assert told == ["phone ending 4242", "card ending 4242, $3.99, Nov 14", "name Maria"]


@given(st.text(max_size=400))
def test_nothing_that_is_typed_is_an_error(typed: str) -> None:
    read(typed, TODAY).understood()


@given(st.text(alphabet="0123456789 /.-$nov,()+'\\%\0", max_size=60))
def test_nothing_like_a_number_or_a_day_is_an_error(typed: str) -> None:
    read(typed, TODAY).understood()


def test_a_very_long_text_is_cut() -> None:
    reading = read("4" * 10_000 + " Maria", TODAY)
    assert reading.numbers.endings == ()
    assert all(len(reference) <= 300 for reference in reading.references)


@given(st.text(alphabet="abcd", min_size=1, max_size=6))
def test_words_one_slip_away_are_those_at_distance_one(word: str) -> None:
    near = one_slip_away(word)
    assert word not in near
    assert all(distance(word, other, 1) == 1 for other in near)


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("jose", "jsoe", 1),
        ("gonzalez", "gonsales", 2),
        ("maria", "maria", 0),
        ("ana", "delgado", 3),
        ("abcd", "", 3),
        ("delgado", "delagdo", 1),
    ],
)
def test_distance_stops_counting(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 2) == slips
