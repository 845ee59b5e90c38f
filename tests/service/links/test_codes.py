"""Codes: every single error and every swap of neighbours is caught, and typing is forgiven what can be."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.service.links.codes import (
    ALPHABET,
    LENGTH,
    RANDOM_LENGTH,
    as_typed,
    check_character,
    grouped,
    is_whole,
    new_code,
    spelled,
)

bodies = st.text(ALPHABET, min_size=RANDOM_LENGTH, max_size=RANDOM_LENGTH)


def test_a_code_carries_at_least_sixty_bits() -> None:
    assert RANDOM_LENGTH * log2(len(ALPHABET)) >= 60
    assert len({new_code() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("pair", ["0O", "1I", "1L", "IL", "5S", "2Z", "8B", "6G", "UV", "OQ", "0D"])
def test_no_two_characters_look_alike(pair: str) -> None:
    assert not set(pair) <= set(ALPHABET)


@given(bodies)
def test_every_single_error_is_caught(body: str) -> None:
    code = body + check_character(body)
    assert is_whole(code)
    for place in range(LENGTH):
        for wrong in ALPHABET.replace(code[place], ""):
            assert not is_whole(code[:place] + wrong + code[place + 1 :])


@given(bodies)
def test_every_swap_of_neighbours_is_caught(body: str) -> None:
    code = body + check_character(body)
    for place in range(LENGTH - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or not is_whole(swapped)


@given(bodies, st.booleans(), st.sampled_from(["", " ", "-", " - "]))
def test_case_spaces_dashes_and_look_alikes_are_forgiven(body: str, lower: bool, gap: str) -> None:
    code = body + check_character(body)
    mistaken = code.translate(str.maketrans("5286V", "SZBGU"))
    typed = gap.join([mistaken[:4], mistaken[4:9], mistaken[9:]])
    assert as_typed(typed.lower() if lower else typed) == code


def test_a_code_is_read_aloud_in_groups() -> None:
    assert grouped("7KMNP2RTVWXY3CD") == "7KMNP-2RTVW-XY3CD"
    assert spelled("7KMNP2RTVWXY3CD").startswith("7, K as in Kilo, M as in Mike")
    assert spelled("7KMNP2RTVWXY3CD").count(";") == 2
