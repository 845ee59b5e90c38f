"""Money, phones, moments, free text and problems, as the two programs say them to each other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from care_console.contract.base import E164, FreeText, Instant, WrittenText
from care_console.contract.hours import is_open
from care_console.contract.money import Cents, Money, PositiveCents, dollars
from care_console.contract.phone import display_phone
from care_console.contract.problems import TYPE_PREFIX, ProblemReply, ProblemType

PHONE: TypeAdapter[str] = TypeAdapter(E164)
MOMENT: TypeAdapter[datetime] = TypeAdapter(Instant)


@pytest.mark.parametrize(
    ("cents", "told"),
    [
        (0, "$0.00"),
        (5, "$0.05"),
        (399, "$3.99"),
        (-5, "-$0.05"),
        (120400, "$1,204.00"),
        (-100000, "-$1,000.00"),
    ],
)
def test_money_is_told_as_an_american_reads_it(cents: int, told: str) -> None:
    assert dollars(cents) == told


@given(st.integers(-(10**15), 10**15))
def test_no_cent_is_lost_in_telling(cents: int) -> None:
    told = dollars(cents)
    assert int(told.replace("$", "").replace(",", "").replace(".", "")) == cents


@pytest.mark.parametrize("wrong", [-1, 1.0, 3.99, "399", True, None, float("nan")])
def test_money_is_whole_cents_and_nothing_else(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount_cents": wrong})


def test_nothing_is_an_amount_but_not_one_to_give_back() -> None:
    assert TypeAdapter(Cents).validate_python(0) == 0
    with pytest.raises(ValidationError):
        TypeAdapter(PositiveCents).validate_python(0)


@pytest.mark.parametrize(
    "wrong",
    ["", "12145550142", "+1214555014", "+121455501420", "+10145550142", "+12140550142", "+12145550142\n",
     "+1214555014\u0662", "+1 214 555 0142", "+442079460958", " +12145550142"],
)  # fmt: skip
def test_a_phone_is_a_us_number_as_the_carriers_write_it(wrong: str) -> None:
    assert PHONE.validate_python("+12145550142") == "+12145550142"
    with pytest.raises(ValidationError, match=r"like \+12145550142"):
        PHONE.validate_python(wrong)


def test_a_phone_is_shown_as_it_is_read_and_anything_else_as_it_stands() -> None:
    assert display_phone("+12145550142") == "(214) 555-0142"
    for other in ("+12145550142\n", "+1214555014\u0662", "+442079460958", "33297", ""):
        assert display_phone(other) == other


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_moment_goes_over_the_wire_and_back(at: datetime) -> None:
    told = MOMENT.dump_json(at).decode().strip('"')
    assert told.endswith("Z")
    assert MOMENT.validate_json(f'"{told}"') == at.astimezone(UTC)


@pytest.mark.parametrize("wrong", ["2026-11-20T17:00:00", "0001-01-01T00:00:00+23:59", "yesterday", "", None])
def test_a_moment_without_a_place_in_time_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(wrong)


def test_free_text_is_stripped_and_holds_no_nul_and_no_card() -> None:
    free: TypeAdapter[str] = TypeAdapter(FreeText)
    assert free.validate_python("  <b>no</b>  ") == "<b>no</b>"
    for wrong in ("a\x00b", "4242 4242 4242 4242", "x" * 2001, "\ud800"):
        with pytest.raises(ValidationError):
            free.validate_python(wrong)
    with pytest.raises(ValidationError):
        TypeAdapter(WrittenText).validate_python("   ")


def test_a_problem_of_a_newer_service_or_a_proxy_is_no_kind_of_ours() -> None:
    for kind in ProblemType:
        assert ProblemReply(type=kind.uri, title="", status=400, detail="").kind is kind
    for other in ("about:blank", TYPE_PREFIX + "from-tomorrow", ""):
        assert ProblemReply(type=other, title="", status=400, detail="").kind is None


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-20T13:59:59+00:00", False),  # a Friday, a second before nine in New York
        ("2026-11-20T14:00:00+00:00", True),
        ("2026-11-21T01:59:59+00:00", True),
        ("2026-11-21T02:00:00+00:00", False),
        ("2026-07-02T13:00:00+00:00", True),  # in summer an hour earlier
        ("2026-07-03T13:00:00+00:00", False),  # the Fourth is a Saturday: kept on Friday (5 U.S.C. 6103)
        ("2026-11-22T17:00:00+00:00", False),  # a Sunday
    ],
)
def test_care_answers_in_its_hours(at: str, opens: bool) -> None:
    assert is_open(datetime.fromisoformat(at)) is opens
