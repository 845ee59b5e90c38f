"""Charged twice? Which charge of a message is the payment, which are duplicates, which only look like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from care_console.contract.messages import ChargedTwice, ChargeRole
from care_console.service.messages.facts import ChargeFact, MessageFacts

BESIDE_WITHIN = timedelta(days=1)
"""How near in time another message's charge must be to be shown beside: a statement shows days, not hours."""

ONE_SITTING = timedelta(hours=1)
"""Two messages that were paid within this time are what a caller means by "twice", where all else is well."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The charges of a message. `kind` is None where nothing looks like being charged twice."""

    kind: ChargedTwice | None
    payment: ChargeFact | None
    duplicates: tuple[ChargeFact, ...]

    def role(self, charge: ChargeFact, facts: MessageFacts) -> ChargeRole:
        """What a charge is among the others."""
        if charge.message_id != facts.id:
            return ChargeRole.OTHER_MESSAGE
        if not charge.succeeded:
            return ChargeRole.FAILED
        if charge.is_given_back:
            return ChargeRole.GIVEN_BACK
        if charge.is_disputed:
            return ChargeRole.DISPUTED
        if charge.left_cents == 0 and charge.amount_cents > 0:
            return ChargeRole.REFUNDED
        return ChargeRole.DUPLICATE if charge in self.duplicates else ChargeRole.PAYMENT


def judge(facts: MessageFacts) -> Judged:
    """Judge what of the money is still ours.

    What was given back is no duplicate any more; what a bank disputes is the bank's to decide. Where refunds
    in part have brought what is left down to one payment's worth, nobody pays twice any more.
    """
    left = [charge for charge in facts.paid if not charge.is_disputed]
    if not left:
        return Judged(None, None, ())
    payment = _payment(left, facts.price_cents)
    others = tuple(charge for charge in left if charge is not payment)
    if others and sum(charge.left_cents for charge in left) > payment.amount_cents:
        return Judged(_kind(left, facts), payment, others)
    looks_it = not others and any(_is_like(payment, charge) for charge in facts.beside)
    return Judged(ChargedTwice.TWO_MESSAGES if looks_it else None, payment, ())


def _payment(left: Sequence[ChargeFact], price_cents: int) -> ChargeFact:
    """Which one stays: what was paid from the prepaid account before what a card paid, since a card's bank
    takes days to show its refund and a caller asks about the card; what is the price; then the first."""
    return min(
        left,
        key=lambda charge: (
            charge.method != "prepaid",
            charge.amount_cents != price_cents,
            charge.charged_at,
            charge.id,
        ),
    )


def _kind(left: Sequence[ChargeFact], facts: MessageFacts) -> ChargedTwice:
    if len({charge.method for charge in left}) > 1:
        return ChargedTwice.CARD_AND_PREPAID
    last = max(charge.charged_at for charge in left)
    failed = (charge for charge in facts.charges if not charge.succeeded)
    if any(charge.charged_at <= last for charge in failed):
        return ChargedTwice.RETRY_AFTER_FAILURE
    return ChargedTwice.SAME_MESSAGE_TWICE


def _is_like(one: ChargeFact, other: ChargeFact) -> bool:
    return (
        other.left_cents > 0
        and one.amount_cents == other.amount_cents
        and (one.method, one.last4) == (other.method, other.last4)
        and abs(one.charged_at - other.charged_at) <= ONE_SITTING
    )
