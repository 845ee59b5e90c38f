"""What is this charge: which of a caller's charges is meant, and what is shown of each. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from care_console.contract.charges import ChargeState, PaymentMethod
from care_console.contract.money import dollars
from care_console.contract.statements import ExplainedCharge, OnStatement
from care_console.desktop.screens.preview.levels import Check
from care_console.desktop.screens.refund.facts import BRANDS
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.when import clock_time, day, length

MOST_CHOICES = 5
"""So many of the newest charges can be chosen by a digit."""


def means(charge: ExplainedCharge) -> str:
    """``Visa 4242``, or prepaid."""
    if charge.method is PaymentMethod.PREPAID:
        return "prepaid"
    brand = BRANDS.get(charge.brand or "", "card")
    return f"{brand} {charge.last4}" if charge.last4 else brand


def choices(charges: Sequence[ExplainedCharge], now: datetime) -> list[tuple[str, str]]:
    """Charges on chips, by their ids: ``$3.99 Nov 14, 4242``; with the hour where two would read the same."""
    short = [_choice(charge, now) for charge in charges]
    return [
        (charge.charge_id, words if short.count(words) == 1 else f"{words}, {clock_time(charge.charged_at)}")
        for charge, words in zip(charges, short, strict=True)
    ]


def _choice(charge: ExplainedCharge, now: datetime) -> str:
    by = "prepaid" if charge.method is PaymentMethod.PREPAID else charge.last4 or "card"
    failed = ", failed" if charge.state is ChargeState.FAILED else ""
    return f"{dollars(charge.amount_cents)} {day(charge.charged_at, now)}, {by}{failed}"


def offered(
    charges: Sequence[ExplainedCharge], selected: ExplainedCharge | None
) -> tuple[ExplainedCharge, ...]:
    """The charges to choose from: the selected one first where a row of one is selected, then the newest."""
    others = [charge for charge in charges if selected is None or charge.charge_id != selected.charge_id]
    first = [selected] if selected is not None else []
    return tuple((first + others)[:MOST_CHOICES])


def lines(charge: ExplainedCharge, now: datetime) -> tuple[Check, ...]:
    """What is known of a charge, a line each: for what, when and how paid, how a statement shows it."""
    made = f"Message of {day(charge.recorded_at, now)}, {length(charge.seconds)}, from {charge.sender_name}"
    found = [
        Check(f"{made}, {charge.facility_name}, {charge.facility_state}", Tone.PLAIN),
        _paid(charge, now),
    ]
    if charge.statement is not None:
        found.append(Check(on_statement(charge.statement), Tone.PLAIN))
    elif charge.method is PaymentMethod.PREPAID:
        found.append(Check("Prepaid, so on no card statement", Tone.PLAIN))
    if charge.refunded_cents:
        back = f"{dollars(charge.refunded_cents)} of it refunded or on its way back"
        found.append(Check(back, Tone.GOOD))
    return tuple(found)


def on_statement(shown: OnStatement) -> str:
    """``On a statement: MVM.EXAMPLE, between Nov 16 and Nov 18``."""
    return f"On a statement: {shown.name}, between {_day(shown.first_day)} and {_day(shown.last_day)}"


def _paid(charge: ExplainedCharge, now: datetime) -> Check:
    when = f"{day(charge.charged_at, now)}, {clock_time(charge.charged_at)}"
    if charge.state is ChargeState.FAILED:
        return Check(f"The try of {when} by {means(charge)} failed: nothing was taken", Tone.WARN)
    return Check(f"Paid {dollars(charge.amount_cents)} on {when} by {means(charge)}", Tone.PLAIN)


def _day(shown: date) -> str:
    return f"{shown:%b} {shown.day}"
