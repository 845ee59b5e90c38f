"""What the money review says, from the charge, the limits and the clock alone. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from care_console.contract.charges import Charge, ChargeState, PaymentMethod, RefundReason
from care_console.contract.messages import Message, OfferKind, Verdict
from care_console.contract.money import dollars
from care_console.contract.recipients import RefundBudget
from care_console.contract.roles import RefundLimits
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


@dataclass(frozen=True, slots=True)
class Allowance:
    """Why an amount may go, or who decides. `needs_approval`: another person has to say yes first."""

    sentence: str
    needs_approval: bool


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


def why_not_at_all(charge: Charge) -> str | None:
    """Why nothing of this charge can be refunded; None where something can."""
    if charge.state is ChargeState.FAILED:
        return "This charge failed, so no money was taken. There is nothing to refund."
    if charge.disputed:
        return "The cardholder disputed this charge with the bank, which decides. No refund on top of it."
    if not left_cents(charge):
        return "All of this charge is refunded or on its way back already."
    return None


def allowance(
    charge: Charge, amount_cents: int, budget: RefundBudget | None, limits: RefundLimits | None, now: datetime
) -> Allowance:
    """Whether an amount may go without asking, and the sentence that says why."""
    if budget is None or limits is None:
        return Allowance("The service decides whether you may.", False)
    too_old = now - charge.charged_at > timedelta(days=limits.charge_age_days)
    day_left, shift_left = budget.caller_day_left_cents, budget.shift_left_cents
    if too_old:
        return _asks(f"The charge is more than {limits.charge_age_days} days old")
    if amount_cents > day_left:
        return _asks(f"{dollars(day_left)} is left for this caller today")
    if amount_cents > shift_left:
        return _asks(f"{dollars(shift_left)} is left in this shift")
    after = f"{dollars(day_left - amount_cents)} for this caller today, {dollars(shift_left - amount_cents)}"
    return Allowance(f"Within your limits. After it: {after} in this shift.", False)


def _asks(because: str) -> Allowance:
    return Allowance(f"{because}, so another person approves it first. Nothing is sent before that.", True)


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
    return next((charge for charge in newest_first if why_not_at_all(charge) is None), None) or next(
        iter(newest_first), None
    )
