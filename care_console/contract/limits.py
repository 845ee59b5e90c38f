"""The rule on refunds, once for both programs: what goes, what another person approves, what cannot go.

The desk asks it while an amount is typed, the service when it is asked for the refund, each with the terms as
the service read them. So what is said beforehand is what is decided then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from care_console.contract.base import Instant, Reply
from care_console.contract.charges import ChargeState
from care_console.contract.money import Cents, dollars
from care_console.contract.problems import ProblemType


class RefundLimits(Reply):
    """Above any of these another person approves: settings of the service, by role.

    One refund: so many percent of its message's price. One caller in a day and one shift: in cents, with all
    that holds money counted, approved or not. A charge's age: in days.
    """

    message_percent: int
    caller_day_cents: Cents
    shift_cents: Cents
    charge_age_days: int


class RefundTerms(Reply):
    """`GET /v1/charges/{id}/refund-terms`: all that decides a refund of a charge by whoever asks.

    `known_to_processor`: a card charge whose reference there was handed down. What is left is in cents: to
    this caller today, in this person's shift.
    """

    charge_id: str
    as_of: Instant
    state: ChargeState
    known_to_processor: bool
    disputed: bool
    amount_cents: Cents
    refunded_cents: Cents
    message_price_cents: Cents
    charged_at: Instant
    limits: RefundLimits
    caller_day_left_cents: Cents
    shift_left_cents: Cents

    @property
    def left_cents(self) -> int:
        """What of the charge can still be refunded. A refund thought failed may have come true beyond it."""
        return max(0, self.amount_cents - self.refunded_cents)


class Standing(StrEnum):
    """The three ways in which a refund stands before it is asked for."""

    GOES = "goes"
    NEEDS_APPROVAL = "needs_approval"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a refund stands, in a sentence for the desk. `problem`: how the service refuses it."""

    standing: Standing
    sentence: str
    problem: ProblemType | None = None

    @property
    def needs_approval(self) -> bool:
        """Whether another person has to say yes first."""
        return self.standing is Standing.NEEDS_APPROVAL

    @property
    def is_refused(self) -> bool:
        """Whether it cannot go, whoever approves."""
        return self.standing is Standing.REFUSED


DISPUTED = (
    "The cardholder's bank is disputing this charge and may give the money back itself, so nothing is "
    "refunded on top of it. No money moved."
)
_FAILED = "This charge failed: nothing was paid by it, so nothing can go back. No money moved."
_NO_REFERENCE = (
    "This charge came without its reference at the card processor, so nothing can be sent back through it. "
    "No money moved. Ask a supervisor how else this caller can be paid."
)
_ALL_GONE = "All of this charge is refunded or on its way back already. No money moved."


def rule_on(terms: RefundTerms, amount_cents: int) -> Ruling:
    """How a refund of so much stands. Pure: the same terms and amount, the same ruling in both programs."""
    refused = ruling_at_all(terms)
    if refused is not None:
        return refused
    if amount_cents > terms.left_cents:
        left = f"Only {dollars(terms.left_cents)} of this charge is left to refund. No money moved."
        return Ruling(Standing.REFUSED, left, ProblemType.OVER_REFUND)
    reasons = _beyond(terms, amount_cents)
    if reasons:
        because = f"This needs another person's approval, because {_listed(reasons)}."
        return Ruling(Standing.NEEDS_APPROVAL, because)
    day, shift = terms.caller_day_left_cents - amount_cents, terms.shift_left_cents - amount_cents
    after = f"{dollars(day)} for this caller today, {dollars(shift)} in this shift"
    return Ruling(Standing.GOES, f"Within your limits. Left after it: {after}.")


def ruling_at_all(terms: RefundTerms) -> Ruling | None:
    """Why nothing of this charge can be refunded, whatever the amount; None where something can."""
    if terms.state is ChargeState.FAILED:
        return Ruling(Standing.REFUSED, _FAILED, ProblemType.CHARGE_NOT_REFUNDABLE)
    if not terms.known_to_processor:
        return Ruling(Standing.REFUSED, _NO_REFERENCE, ProblemType.CHARGE_NOT_REFUNDABLE)
    if terms.disputed:
        return Ruling(Standing.REFUSED, DISPUTED, ProblemType.CHARGE_DISPUTED)
    if not terms.left_cents:
        return Ruling(Standing.REFUSED, _ALL_GONE, ProblemType.OVER_REFUND)
    return None


def _beyond(terms: RefundTerms, amount_cents: int) -> list[str]:
    """Each limit that it passes, as the end of a sentence."""
    limits = terms.limits
    most_cents = terms.message_price_cents * limits.message_percent // 100
    reasons = []
    if terms.as_of - terms.charged_at > timedelta(days=limits.charge_age_days):
        reasons.append(f"the charge is more than {limits.charge_age_days} days old")
    if amount_cents > most_cents:
        share = "" if limits.message_percent == 100 else f"{limits.message_percent} % of "
        price = dollars(terms.message_price_cents)
        reasons.append(f"it is more than {share}the message's price of {price}")
    if amount_cents > terms.caller_day_left_cents:
        day = f"{dollars(terms.caller_day_left_cents)} of {dollars(limits.caller_day_cents)}"
        reasons.append(f"only {day} is left for this caller today")
    if amount_cents > terms.shift_left_cents:
        shift = f"{dollars(terms.shift_left_cents)} of {dollars(limits.shift_cents)}"
        reasons.append(f"only {shift} is left in this shift")
    return reasons


def _listed(reasons: list[str]) -> str:
    *others, last = reasons
    return f"{', '.join(others)} and {last}" if others else last
