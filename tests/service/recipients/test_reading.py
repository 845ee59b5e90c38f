"""What was typed into the find box is read in every way it can be, and never raises."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.service.recipients.search.cards import ChargeSaid
from care_console.service.recipients.search.days import Days
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
    ("typed", "said"),
    [
        ("4242 3.99", ("4242", 399, None, None)),
        ("4242 $3.99", ("4242", 399, None, None)),
        ("$3.99 4242", ("4242", 399, None, None)),
        ("4242 3,99", ("4242", 399, None, None)),
        ("4242 $12", ("4242", 1200, None, None)),
        ("4242 4 dollars", ("4242", 400, None, None)),
        ("4242 3 dollars 99", ("4242", 399, None, None)),
        ("4242 3 dollars and 99 cents", ("4242", 399, None, None)),
        ("4242 3.99 dollars", ("4242", 399, None, None)),
        ("4242 3 99 dollars", ("4242", 9900, None, None)),
        ("4242 99 cents", ("4242", 99, None, None)),
        ("4242 $ .99", ("4242", 99, None, None)),
        ("card forty two forty two three dollars ninety nine", ("4242", 399, None, None)),
        ("tarjeta 4242, tres dólares con noventa y nueve", ("4242", 399, None, None)),
        ("card ending 4242, $3.99 on the 14th", ("4242", 399, "2026-11-14", None)),
        ("4242 3.99 nov 14", ("4242", 399, "2026-11-14", None)),
        ("4242 399 nov 14", ("4242", 399, "2026-11-14", None)),
        ("forty two forty two, three ninety nine, november fourteenth", ("4242", 399, "2026-11-14", None)),
        ("4242 the 28th", ("4242", None, "2026-10-28", None)),
        ("visa 4242 nov 14", ("4242", None, "2026-11-14", "visa")),
        ("4242 11/14", ("4242", None, "2026-11-14", None)),
        ("4242 11-14", ("4242", None, "2026-11-14", None)),
        ("11/14/25 4242", ("4242", None, "2025-11-14", None)),
        ("4242 2026-11-14", ("4242", None, "2026-11-14", None)),
        ("4242 14/11", ("4242", None, "2026-11-14", None)),
        ("4242 12/24", ("4242", None, "2025-12-24", None)),
        ("4242 14 de noviembre", ("4242", None, "2026-11-14", None)),
        ("4242 el catorce de noviembre", ("4242", None, "2026-11-14", None)),
        ("x4242 November 14th, 2025", ("4242", None, "2025-11-14", None)),
        ("**** 4242 yesterday", ("4242", None, "2026-11-19", None)),
        ("4242 ayer", ("4242", None, "2026-11-19", None)),
        ("4242 antier", ("4242", None, "2026-11-18", None)),
        ("4242 two days ago", ("4242", None, "2026-11-18", None)),
        ("4242 hace tres días", ("4242", None, "2026-11-17", None)),
        ("4242 last tuesday", ("4242", None, "2026-11-17", None)),
        ("4242 el martes pasado", ("4242", None, "2026-11-17", None)),
        ("4242 last friday", ("4242", None, "2026-11-13", None)),
        ("amex 0005", ("0005", None, None, "amex")),
        ("card ending 4242", ("4242", None, None, None)),
        ("MVM.EXAMPLE*VOICE 11/14 3.99", (None, 399, "2026-11-14", None)),
        ("mvm example $3.99 card 4242", ("4242", 399, None, None)),
        ("3.99 nov 14", (None, 399, "2026-11-14", None)),
        ("$3.99", (None, 399, None, None)),
        ("ayer", (None, None, "2026-11-19", None)),
    ],
)
def test_a_charge_by_card_amount_day_or_statement(
    typed: str, said: tuple[str | None, int | None, str | None, str | None]
) -> None:
    charge = read(typed, TODAY, "mvm.example").charge
    assert charge is not None
    day = charge.days.days[0].isoformat() if charge.days else None
    assert (next(iter(charge.last4s), None), charge.amount_cents, day, charge.brand) == said


@pytest.mark.parametrize("typed", ["4242", "214.555.0142", "4242 13/45", "Maria", "April May", "mvm.example"])
def test_what_tells_of_no_charge(typed: str) -> None:
    charge = read(typed, TODAY, "mvm.example").charge
    assert charge is None or charge == ChargeSaid(statement=True)


def test_last_tuesday_may_be_either_and_a_week_is_all_its_days() -> None:
    tuesdays, week = (read(said, TODAY).charge for said in ("last tuesday", "$3.99 last week"))
    assert tuesdays is not None
    assert tuesdays.days == Days((date(2026, 11, 17), date(2026, 11, 10)))
    assert week is not None
    assert week.days is not None
    assert week.days.said() == "Nov 9 to Nov 15"


@pytest.mark.parametrize(
    "spoken",
    [
        "two one four five five five oh one four two",
        "two one four, five five five, zero one four two",
        "two fourteen five fifty five zero one forty two",
        "two one four triple five oh one four two",
        "area code 214 five double five 0142",
        "dos uno cuatro cinco cinco cinco cero uno cuatro dos",
        "doscientos catorce, quinientos cincuenta y cinco, cero uno cuarenta y dos",
        "dos catorce cinco cincuenta y cinco cero uno cuarenta y dos",
        "Two-One-Four, Five-Five-Five, Oh-One-Four-Two",
        "my number is two one four. five five five. oh one four two.",
    ],
)
def test_a_number_that_is_read_aloud(spoken: str) -> None:
    assert read(spoken, TODAY).numbers.whole == ("+12145550142",)


@pytest.mark.parametrize(
    "spoken",
    [
        "seven kilo mike november papa two romeo tango victor whiskey x-ray yankee three charlie delta",
        "7, K as in Kilo, M as in Mike, N as in November, P as in Papa; 2, R, T, V, W; X, Y, 3, C, D",
        "7 K M N P, 2 R T V W, X Y 3 C D",
        "siete, K de kilo, M de mamá, N de Nora, P como papá, dos, R de Rosa, T, V, W, X, Y, tres, C, D",
        "the code: 7KMNP then 2 r t v w and XY3CD",
        "seven K like kangaroo mike november P for Peter 2 romeo T V W X Y 3 C D",
        "7KMNP-2RTVW XY3 charlie delta",
    ],
)
def test_a_code_that_is_read_aloud(spoken: str) -> None:
    assert fold_code("7KMNP2RTVWXY3CD") in read(spoken, TODAY).codes


def test_a_code_that_is_spelled_is_nobodys_name_and_no_day() -> None:
    reading = read("seven kilo mike november two romeo tango", TODAY)
    assert (reading.name, reading.charge, reading.spelled) == ("", None, "7KMN2RT")


def test_names_of_the_alphabet_are_names() -> None:
    for name in ("Charlie Victor", "Mike Romeo", "Oscar Lima"):
        assert read(name, TODAY).name == name


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
        ("O'Brien", "OBrien"),
        ("message from John Doe", "John Doe"),
        ("her name is Maria Delgado", "Maria Delgado"),
        ("Teresa de la Cruz", "Teresa de la Cruz"),
        ("Mr. Call", "Call"),
        ("booking number TX0001234", ""),
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
