"""Nothing found: what was looked for, in a sentence, so that nobody asks the caller for the same again."""

from __future__ import annotations

from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.service.recipients.search.cards import ChargeSaid, shown_brand
from care_console.service.recipients.search.reading import Reading

_MOST_QUOTED = 40


def not_found(reading: Reading) -> str:
    """``No charge of $3.99 on Nov 14 with a card ending 4242.``; empty where nothing was looked for."""
    told = [f"No recipient has the phone {display_phone(phone)}" for phone in reading.numbers.whole]
    if reading.charge:
        told.append(_no_charge(reading.charge))
    endings = [digits for digits in reading.numbers.endings if not _is_of_card(digits, reading.charge)]
    if endings:
        told.append(f"No phone ends in {_either(endings)}")
    elif reading.numbers.beginnings and not reading.numbers.endings:
        told.append(f"No phone begins with {_either(reading.numbers.beginnings)}")
    if reading.spelled:
        told.append(f"No link, message or booking number has the code {reading.spelled}")
    elif reading.references and not _has_digits_told(reading):
        told.append(f"No code, reference or booking number is “{_quoted(reading.references[0])}”")
    if reading.name:
        told.append(f"No recipient, sender or facility is called “{_quoted(reading.name)}”, nor nearly so")
    return " ".join(f"{one}." for one in told if one)


def _no_charge(said: ChargeSaid) -> str:
    if not (said.last4s or said.narrows or said.brand):
        return ""
    parts = ["No charge"]
    if said.amount_cents is not None:
        parts.append(f"of {dollars(said.amount_cents)}")
    if said.days:
        parts.append(f"on {said.days.said()}" if len(said.days.days) < 3 else f"from {said.days.said()}")
    if said.last4s:
        brand = f"{shown_brand(said.brand)} card" if said.brand else "card"
        parts.append(f"with a {brand} ending {_either(said.last4s)}")
    elif said.brand:
        parts.append(f"with a {shown_brand(said.brand)} card")
    if said.amount_cents is None and not said.last4s:
        # A day or a brand alone is never looked up: too many charges share it.
        return (
            f"{said.said()} alone is shared by too many charges; add the amount, the card's last 4 or a name"
        )
    return " ".join(parts)


def _is_of_card(digits: str, charge: ChargeSaid | None) -> bool:
    return charge is not None and digits in charge.last4s


def _has_digits_told(reading: Reading) -> bool:
    """Whether the digits that may be a reference were told of as a number already."""
    return bool(
        reading.numbers.whole or reading.numbers.endings or reading.numbers.beginnings or reading.charge
    )


def _either(some: tuple[str, ...] | list[str]) -> str:
    return " or ".join(some)


def _quoted(text: str) -> str:
    return text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}…"
