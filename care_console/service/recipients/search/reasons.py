"""What each row of a look-up is worth, and the reason that stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from care_console.contract.hours import EASTERN
from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind
from care_console.service.recipients.search.cards import ChargeSaid, shown_brand
from care_console.service.recipients.search.found import CHARGE_OF_PERSON, Found, Rank
from care_console.service.recipients.search.reading import Reading
from care_console.service.recipients.search.spoken import bare
from care_console.service.recipients.search.typos import distance, slips_forgiven

_KINDS = {kind.value: kind for kind in HitKind}
_PLAIN = {
    "code": (Rank.REFERENCE, "link code"),
    "code replaced": (Rank.REFERENCE, "link code, replaced by a newer link"),
    "code expired": (Rank.REFERENCE, "link code, expired"),
    "code begins": (Rank.CODE_BEGINS, "link code begins so"),
    "our id": (Rank.OUR_NUMBER, "message number"),
    "name": (Rank.NAME, "name"),
    "name begins": (Rank.NAME_BEGINS, "name begins so"),
}
LAST_DIGITS = "last {} digits of the phone"
_WHO_GETS = "gets messages from {}"


def as_found(row: Any, reading: Reading) -> Found:
    """A row of `look_up` with its rank and reason."""
    teller = _TELLERS.get(row.how)
    if teller is not None:
        rank, why = teller(row, reading)
    else:
        rank, why = _PLAIN.get(row.how) or (Rank.REFERENCE, _reference(row))
    return Found(_KINDS[row.kind], row.id, rank, why)


def charge_of_person(row: Any, person: Found, said: ChargeSaid) -> Found:
    """A charge of somebody who was found, of the amount and about the day that was said."""
    away, why = _fits(row.at, row.cents, said)
    rank = min(person.rank + CHARGE_OF_PERSON - away, Rank.PHONE + CHARGE_OF_PERSON)
    return Found(HitKind.CHARGE, row.id, rank, ", ".join([person.why, *why]))


def _phone(row: Any, _reading: Reading) -> tuple[int, str]:
    why = f"phone {display_phone(row.said)}"
    return Rank.PHONE + row.named, f"{why}, name" if row.named else why


def _ending(row: Any, reading: Reading) -> tuple[int, str]:
    return _of_ending(row.said, row.named, reading.names.words)


@lru_cache(256)  # the same for each of the twenty whose phones end in what alone was typed
def _of_ending(said: str, named: bool, typed: tuple[str, ...]) -> tuple[int, str]:
    digits, _, words = said.partition(" ")
    why = LAST_DIGITS.format(len(digits))
    if named:
        return Rank.DIGITS_AND_NAME, f"{why}, name"
    if typed and _is_like(typed, words.split()):
        return Rank.DIGITS_AND_NAME - 10, f"{why}, name like {' '.join(typed)}"
    return Rank.LAST_DIGITS if len(digits) == 4 else Rank.MORE_LAST_DIGITS, why


def _beginning(row: Any, _reading: Reading) -> tuple[int, str]:
    return Rank.FIRST_DIGITS, f"phone begins with {row.said}"


def _booking(row: Any, _reading: Reading) -> tuple[int, str]:
    return Rank.BOOKING, f"gets messages from booking number {row.said}"


def _sender(row: Any, reading: Reading) -> tuple[int, str]:
    return Rank.SENDER_ASKED if reading.names.is_sender else Rank.SENDER, _WHO_GETS.format(row.said)


def _facility(row: Any, _reading: Reading) -> tuple[int, str]:
    return Rank.FACILITY, _WHO_GETS.format(row.said)


def _card(row: Any, reading: Reading) -> tuple[int, str]:
    said = reading.charge or ChargeSaid()
    brand, _, last4 = row.said.rpartition(" ")
    away, fits = _fits(row.at, row.cents, said)
    rank = Rank.CARD_NEAR - min(away, 60) if away else Rank.CARD
    why = [f"card ending {last4}", *fits]
    if said.brand and brand == said.brand:
        why.append(shown_brand(brand))
    if not said.narrows and not said.brand:
        rank = Rank.CARD_ALONE
    return rank - 20 * bool(said.brand and brand != said.brand), ", ".join(why)


def _amount(row: Any, reading: Reading) -> tuple[int, str]:
    said = reading.charge or ChargeSaid()
    away, why = _fits(row.at, row.cents, said)
    if said.days is None:
        return Rank.AMOUNT, ", ".join(why)
    return Rank.AMOUNT_NEAR - min(away, 60) if away else Rank.AMOUNT_THAT_DAY, ", ".join(why)


_TELLERS: dict[str, Callable[[Any, Reading], tuple[int, str]]] = {
    "phone": _phone,
    "ending": _ending,
    "beginning": _beginning,
    "booking": _booking,
    "sender": _sender,
    "facility": _facility,
    "card": _card,
    "amount": _amount,
}


def _reference(row: Any) -> str:
    return f"{row.how} of {row.said}" if row.said else str(row.how)


def _fits(at: Any, cents: int, said: ChargeSaid) -> tuple[int, list[str]]:
    """How many days a charge is from what was said of it, and what of it fits, in words."""
    why = [dollars(cents)] if said.amount_cents is not None else []
    if said.days is None:
        return 0, why
    charged: date = at.astimezone(EASTERN).date()
    away = said.days.away(charged)
    if away:
        why.append(f"{away} {'day' if away == 1 else 'days'} from that day")
    else:
        why.append("that day" if len(said.days.days) < 3 else "in those days")
    return away, why


def _is_like(typed: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each word that was typed is a slip or two from a word of the name."""
    return bool(words) and all(
        any(distance(word, other, slips_forgiven(word)) <= slips_forgiven(word) for other in words)
        for word in map(bare, typed)
    )
