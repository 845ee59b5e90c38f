"""A message's charges side by side: what each is, how far apart, which is the duplicate and why. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from care_console.contract.base import Bilingual
from care_console.contract.charges import PaymentMethod
from care_console.contract.messages import ChargedTwice, ChargeRole, Diagnosis, JudgedCharge
from care_console.contract.money import dollars
from care_console.desktop.screens.preview.levels import Check
from care_console.desktop.screens.refund.facts import BRANDS
from care_console.desktop.screens.story.side.known import Answer, Known
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.when import clock_time, day

_ROLES: dict[ChargeRole, tuple[str, Tone]] = {
    ChargeRole.PAYMENT: ("✓ The payment", Tone.GOOD),
    ChargeRole.DUPLICATE: ("✕ Duplicate", Tone.BAD),
    ChargeRole.OTHER_MESSAGE: ("· Another message", Tone.PLAIN),
    ChargeRole.FAILED: ("· Failed, nothing taken", Tone.PLAIN),
    ChargeRole.REFUNDED: ("✓ Gone back", Tone.GOOD),
    ChargeRole.DISPUTED: ("! With the bank", Tone.WARN),
    ChargeRole.GIVEN_BACK: ("✓ Bank gave it back", Tone.GOOD),
}
_WHY: dict[ChargedTwice, tuple[str, Tone]] = {
    ChargedTwice.SAME_MESSAGE_TWICE: ("The same message was charged {times}", Tone.BAD),
    ChargedTwice.RETRY_AFTER_FAILURE: ("A try failed, then it went through {times}", Tone.BAD),
    ChargedTwice.CARD_AND_PREPAID: ("Paid by card and by prepaid for one message", Tone.BAD),
    ChargedTwice.TWO_MESSAGES: ("Two messages, one charge each: no duplicate", Tone.GOOD),
}
NO_CHARGE = Bilingual(
    en="Nothing was ever charged for this message.", es="Nunca se cobró nada por este mensaje."
)


@dataclass(frozen=True, slots=True)
class Card:
    """One charge as it is shown: what it is, how much, by what, when, and how long after the first."""

    charge_id: str
    role: str
    tone: Tone
    amount: str
    method: str
    when: str
    after: str


def cards(diagnosis: Diagnosis, now: datetime) -> tuple[Card, ...]:
    """Every charge, in the order of time."""
    if diagnosis.charges is None:
        return ()
    charges = diagnosis.charges.charges
    return tuple(_card(charge, charges[0], now) for charge in charges)


def answer(known: Known) -> Answer:
    """To "I was charged twice": which is the duplicate and why, or why there is none."""
    source = known.message or known.summary
    if source is None:
        return Answer()
    diagnosis = source.diagnosis
    if diagnosis.charges is None:
        return Answer((Check("Nothing was ever charged for this message", Tone.GOOD),), NO_CHARGE)
    return Answer(tuple(why(diagnosis)), diagnosis.charges.say)


def why(diagnosis: Diagnosis) -> list[Check]:
    """The verdict on the charges in a line, and what F7 would refund in another."""
    assert diagnosis.charges is not None
    roles = [charge.role for charge in diagnosis.charges.charges]
    duplicates = [each for each in diagnosis.charges.charges if each.role is ChargeRole.DUPLICATE]
    if not duplicates:
        return [_why_not(roles)]
    words, tone = _WHY[diagnosis.sub_kind or ChargedTwice.SAME_MESSAGE_TWICE]
    count = 1 + len(duplicates)
    found = [Check(words.format(times="twice" if count == 2 else f"{count} times"), tone)]
    first = duplicates[0]
    more = f"; then {len(duplicates) - 1} more" if len(duplicates) > 1 else ""
    found.append(Check(f"Refund {dollars(first.left_cents)} to {method(first)}{more}", Tone.PLAIN))
    return found


def _why_not(roles: list[ChargeRole]) -> Check:
    if ChargeRole.DISPUTED in roles:
        return Check("The bank is deciding on one of them", Tone.WARN)
    if ChargeRole.REFUNDED in roles or ChargeRole.GIVEN_BACK in roles:
        still = roles.count(ChargeRole.PAYMENT)
        return Check(
            "Charged more than once, and paid once now" if still else "All of it went back", Tone.GOOD
        )
    if ChargeRole.OTHER_MESSAGE in roles:
        return Check("Two messages, one charge each: no duplicate", Tone.GOOD)
    if ChargeRole.PAYMENT not in roles:
        return Check("Every try failed: nothing was taken", Tone.GOOD)
    if ChargeRole.FAILED in roles:
        return Check("One payment; the try that failed took nothing", Tone.GOOD)
    return Check("One charge: not taken twice", Tone.GOOD)


def method(charge: JudgedCharge) -> str:
    """``Visa 4242``, or prepaid."""
    if charge.method is PaymentMethod.PREPAID:
        return "prepaid"
    brand = BRANDS.get(charge.brand or "", "card")
    return f"{brand} {charge.last4}" if charge.last4 else brand


def _card(charge: JudgedCharge, first: JudgedCharge, now: datetime) -> Card:
    role, tone = _ROLES[charge.role]
    after = "" if charge is first else f"{apart(charge.charged_at - first.charged_at)} later"
    when = f"{day(charge.charged_at, now)}, {clock_time(charge.charged_at)}"
    left = charge.left_cents
    amount = dollars(charge.amount_cents)
    if charge.role in (ChargeRole.PAYMENT, ChargeRole.DUPLICATE) and left < charge.amount_cents:
        amount += f" ({dollars(left)} left)"
    return Card(charge.charge_id, role, tone, amount, method(charge), when, after)


def apart(gap: timedelta) -> str:
    """``27 s``, ``2 min``, ``5 h``, ``3 d``."""
    seconds = int(gap.total_seconds())
    for size, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size * (1 if size < 86400 else 2):
            return f"{seconds // size} {word}"
    return f"{seconds} s"
