"""What the review says of money: amounts, limits, and why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from care_console.contract.charges import Charge, ChargeState, PaymentMethod
from care_console.contract.limits import Standing
from care_console.desktop.screens.refund import facts
from care_console.desktop.widgets.money import parse_dollars
from tests.support.fake_approvals import some_terms

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


def charge(**given: object) -> Charge:
    told = {
        "id": "c1",
        "message_id": "m1",
        "charged_at": NOW - timedelta(days=1),
        "amount_cents": 399,
        "method": PaymentMethod.CARD,
        "brand": "visa",
        "last4": "4242",
        "state": ChargeState.SUCCEEDED,
        "refunded_cents": 0,
        "refunds": [],
    }
    return Charge.model_validate(told | given)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("$3.99", 399), ("3.9", 390), (".05", 5), ("3", 300), ("$1,204.00", 120400), ("$0", 0), (" 3.99 ", 399)],
)
def test_amounts_as_people_type_them(typed: str, cents: int) -> None:
    assert parse_dollars(typed) == cents


@pytest.mark.parametrize("typed", ["", "$", ".", "3.999", "-1", "1e3", "3,99", "three", "12,34.00", "٣"])
def test_what_is_no_amount(typed: str) -> None:
    assert parse_dollars(typed) is None


def test_a_limit_is_explained_before_it_is_hit() -> None:
    terms = some_terms(caller_day_left_cents=300)
    asks = facts.ruling(charge(), terms, 399)
    assert asks.needs_approval
    assert asks.sentence == (
        "This needs another person's approval, because only $3.00 of $15.00 is left for this caller today."
    )
    assert facts.ruling(charge(), terms, 300).standing is Standing.GOES


def test_without_the_service_only_what_is_certain_is_said() -> None:
    assert "cannot be asked" in facts.ruling(charge(), None, 399).sentence
    assert facts.ruling(charge(refunded_cents=200), None, 399).is_refused


def test_the_terms_are_newer_than_the_message() -> None:
    seen = facts.as_termed(charge(), some_terms(refunded_cents=399))
    assert facts.left_cents(seen) == 0
    assert "All of this charge" in (facts.nothing_to_refund(some_terms(refunded_cents=399)) or "")


def test_what_went_back_and_what_is_left() -> None:
    said = facts.refunded_before(charge(refunded_cents=150))
    assert "$1.50 of $3.99" in said
    assert "$2.49 is left" in said
