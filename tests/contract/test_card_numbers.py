"""No card number gets by, however it is written and whatever stands beside it; and what is none is let be."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from care_console.contract.card_numbers import holds_card_number, mask_card_numbers, passes_luhn

# The networks' own numbers for trying things out.
CARDS = ("4242424242424242", "4111111111111111", "5555555555554444", "2223003122003222", "378282246310005",
         "6011111111111117", "30569309025904", "3566002020360505", "6205500000000000004")  # fmt: skip


@pytest.mark.parametrize("card", CARDS)
def test_each_network_is_known(card: str) -> None:
    assert holds_card_number(card)
    assert mask_card_numbers(card) == "*" * (len(card) - 4) + card[-4:]


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4242.4242.4242.4242",
        "4242 - 4242 - 4242 - 4242",
        "4242\u20134242\u20134242\u20134242",
        "4242\u00a04242\u00a04242\u00a04242",
        "card:4242424242424242.",
        "4242424242424242 123",  # with its security code
        "4242 4242 4242 4242 12/27",  # with its expiry
        "12/27 4242 4242 4242 4242",
        "paid 3 4242 4242 4242 4242",
        "on 11-20-2026 4242 4242 4242 4242",
        "214 555 0142 4242 4242 4242 4242",
        "4242 4242 4242 4242 4111 1111 1111 1111",
        "x4242424242424242x",
    ],
)
def test_what_stands_beside_it_does_not_hide_it(text: str) -> None:
    assert holds_card_number(text)
    masked = mask_card_numbers(text)
    assert not holds_card_number(masked)
    assert "4242 4242 4242" not in masked
    assert "************4242" in masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "call me at 214 555 0142",
        "214 555 0142 or 469 555 0177",  # two phones in a row
        "4242 4242 4242 4243",  # a digit off
        "42424242424242421",  # nothing of this length begins so
        "1" * 20,
        "\u0664\u0662" * 8,  # digits, but of no card
        "4242 4242 4242\n4242 letters",
        "2026-11-20T17:00:00.000000Z",
    ],
)
def test_what_is_none_is_let_be(text: str) -> None:
    assert not holds_card_number(text)
    assert mask_card_numbers(text) == text


@given(st.uuids(version=4).map(str), st.sampled_from(["{}", "refund {}, sent", "{} 12/27", "id:{}."]))
@example("313874cd-dfbc-423d-b246-548991270564", "{}")
@example("53033190-7660-45b1-99e1-7b552e94525c", "refund {}, sent")
def test_a_uuid_is_no_card(uuid: str, sentence: str) -> None:
    assume(not uuid.replace("-", "").isdecimal())
    assert not holds_card_number(sentence.format(uuid))
    assert mask_card_numbers(sentence.format(uuid)) == sentence.format(uuid)


@given(st.uuids(version=4).map(str), st.sampled_from(CARDS), st.sampled_from(["{} {}", "{1} {0}", "{}, {}"]))
def test_a_uuid_hides_no_card(uuid: str, card: str, sentence: str) -> None:
    assume(not uuid.replace("-", "").isdecimal())
    said = sentence.format(uuid, card)
    assert mask_card_numbers(said) == sentence.format(uuid, "*" * (len(card) - 4) + card[-4:])


@given(st.from_regex(r"[3-6][0-9]{11,17}", fullmatch=True))
def test_every_digit_and_swap_but_one_is_in_the_sum(body: str) -> None:
    check = next(digit for digit in "0123456789" if passes_luhn(body + digit))
    for other in "0123456789":
        assert passes_luhn(body + other) == (other == check)
    assert holds_card_number(body + check)


@given(st.text(alphabet="0123456789 -.x\n", max_size=120))
def test_masking_leaves_no_card_and_keeps_the_rest(text: str) -> None:
    masked = mask_card_numbers(text)
    assert not holds_card_number(masked)
    assert (masked == text) == (not holds_card_number(text))


@given(st.text(alphabet="0123456789 -", max_size=2000))
def test_long_runs_take_no_time(text: str) -> None:
    holds_card_number(text + "1 " * 1000)
