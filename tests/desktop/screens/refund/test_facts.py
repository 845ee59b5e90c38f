"""What the review says of money: amounts, limits, and why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from care_console.contract.charges import Charge, ChargeState, PaymentMethod
from care_console.contract.recipients import RefundBudget
from care_console.contract.roles import REFUND_LIMITS, Role
from care_console.desktop.screens.refund import facts
from care_console.desktop.widgets.money import parse_dollars

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
LIMITS = REFUND_LIMITS[Role.SPECIALIST]


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
    budget = RefundBudget(caller_day_left_cents=300, shift_left_cents=5000)
    asks = facts.allowance(charge(), 399, budget, LIMITS, NOW)
    assert asks.needs_approval
    assert "$3.00 is left for this caller today" in asks.sentence
    assert not facts.allowance(charge(), 300, budget, LIMITS, NOW).needs_approval


def test_an_old_charge_needs_another_person() -> None:
    budget = RefundBudget(caller_day_left_cents=1500, shift_left_cents=6000)
    old = charge(charged_at=NOW - timedelta(days=91))
    assert facts.allowance(old, 100, budget, LIMITS, NOW).needs_approval


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"state": ChargeState.FAILED}, "failed"),
        ({"disputed": True}, "disputed"),
        ({"refunded_cents": 399}, "All of this charge"),
    ],
)
def test_what_cannot_be_refunded_says_why(given: dict[str, object], because: str) -> None:
    assert because in (facts.why_not_at_all(charge(**given)) or "")


def test_what_went_back_and_what_is_left() -> None:
    said = facts.refunded_before(charge(refunded_cents=150))
    assert "$1.50 of $3.99" in said
    assert "$2.49 is left" in said
