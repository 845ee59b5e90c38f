"""What the money review says, from the charge, the limits and the clock alone. No Qt."""

from __future__ import annotations

from datetime import datetime

from care_console.contract.charges import Charge, ChargeState, PaymentMethod, RefundReason
from care_console.contract.limits import RefundTerms, Ruling, Standing, rule_on, ruling_at_all
from care_console.contract.messages import Message, OfferKind, Verdict
from care_console.contract.money import dollars
from care_console.desktop.widgets.when import day

BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
}
REASONS: tuple[tuple[RefundReason, str], ...] = (
    (RefundReason.DUPLICATE, "Charged twice"),
    (RefundReason.INAUDIBLE, "Could not hear"),
    (RefundReason.EXPIRED_UNHEARD, "Expired unheard"),
    (RefundReason.WRONG_RECIPIENT, "Wrong recipient"),
    (RefundReason.GOODWILL, "Goodwill"),
    (RefundReason.OTHER, "Other"),
)
_BY_VERDICT = {
    Verdict.CHARGED_TWICE: RefundReason.DUPLICATE,
    Verdict.RECORDING_SILENT: RefundReason.INAUDIBLE,
    Verdict.RECORDING_QUIET: RefundReason.INAUDIBLE,
    Verdict.RECORDING_CLIPPED: RefundReason.INAUDIBLE,
    Verdict.EXPIRED_UNHEARD: RefundReason.EXPIRED_UNHEARD,
}
BANK_DAYS = "5 to 10 business days"
"""How long a card's bank may take to show a refund, as Stripe's documentation tells merchants."""


def left_cents(charge: Charge) -> int:
    """What of a charge can still be refunded, in cents."""
    return max(0, charge.amount_cents - charge.refunded_cents)


def card(charge: Charge) -> str:
    """``Visa ending 4242``, or the prepaid account."""
    if charge.method is PaymentMethod.PREPAID:
        return "prepaid AdvanceConnect account"
    brand = BRANDS.get(charge.brand or "", "card")
    return f"{brand} ending {charge.last4}" if charge.last4 else brand


def refunded_before(charge: Charge) -> str:
    """What went back already and what is left, in words."""
    left = dollars(left_cents(charge))
    if not charge.refunded_cents:
        return f"Nothing of {dollars(charge.amount_cents)} has been refunded. {left} is left."
    done = dollars(charge.refunded_cents)
    return f"{done} of {dollars(charge.amount_cents)} is refunded or on its way back. {left} is left."


def as_termed(charge: Charge, terms: RefundTerms | None) -> Charge:
    """The charge with what the terms say of it, which are newer than the message that it was read with."""
    if terms is None:
        return charge
    news = {"refunded_cents": terms.refunded_cents, "disputed": terms.disputed, "state": terms.state}
    return charge.model_copy(update=news)


def ruling(charge: Charge, terms: RefundTerms | None, amount_cents: int) -> Ruling:
    """How a refund of so much stands, by the service's own rule; without its terms, what can be told."""
    if terms is not None:
        return rule_on(terms, amount_cents)
    left = left_cents(charge)
    if amount_cents > left:
        return Ruling(
            Standing.REFUSED, f"Only {dollars(left)} of this charge is left to refund. No money moved."
        )
    return Ruling(Standing.GOES, "The service cannot be asked beforehand; it decides when this is sent.")


def nothing_to_refund(terms: RefundTerms | None) -> str | None:
    """Why nothing of this charge can be refunded; None where something can."""
    refused = ruling_at_all(terms) if terms is not None else None
    return refused.sentence if refused is not None else None


def has_money_left(charge: Charge) -> bool:
    """Whether something of it could go back, as far as the message tells."""
    return charge.state is ChargeState.SUCCEEDED and not charge.disputed and left_cents(charge) > 0


def what_the_caller_sees(charge: Charge, amount_cents: int) -> str:
    """What the caller will see of it, and when."""
    amount = dollars(amount_cents)
    if charge.method is PaymentMethod.PREPAID:
        return f"{amount} is back on the prepaid balance as soon as the refund is done."
    return f"{amount} on the statement of the {card(charge)}; the bank may take {BANK_DAYS} to show it."


def what_it_was_for(message: Message, charge: Charge, now: datetime) -> str:
    """Which message, and when it was charged."""
    made = f"Message of {day(message.recorded_at, now)} from {message.sender.name}, {message.facility.name}"
    return f"{made}; charged {day(charge.charged_at, now)}"


def likely_reason(message: Message) -> RefundReason | None:
    """The reason that the diagnosis suggests, if it does."""
    return _BY_VERDICT.get(message.diagnosis.verdict)


def likely_charge(message: Message, selected_id: str | None) -> Charge | None:
    """The charge that is meant: the selected one, else the offered one, else the newest with money left."""
    by_id = {charge.id: charge for charge in message.charges}
    if selected_id in by_id:
        return by_id[selected_id]
    offer = message.diagnosis.offer
    offered = [by_id[each.charge_id] for each in offer.charges if each.charge_id in by_id]
    if offer.do is OfferKind.REFUND and offered:
        return offered[0]
    newest_first = sorted(message.charges, key=lambda charge: charge.charged_at, reverse=True)
    return next(filter(has_money_left, newest_first), None) or next(iter(newest_first), None)
