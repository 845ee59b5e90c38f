"""A charge as a caller tells of it: last four, amount, day, brand, or the words of the card's statement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from care_console.contract.money import dollars
from care_console.service.recipients.search.days import Days, day_named, take_days
from care_console.service.recipients.search.spoken import (
    HUNDREDS,
    TEENS,
    TENS,
    UNITS,
    digits_written,
    number_at,
)
from care_console.service.recipients.search.spoken import words_of as words_said

MOST_LAST_FOURS = 3
_NUMBER = "|".join(sorted([*UNITS, *TEENS, *TENS, *HUNDREDS], key=len, reverse=True))
_UP_TO_NINETY = "|".join([*TEENS, *TENS, *UNITS])
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(TENS)})(?: y |[ -])(?:{'|'.join(UNITS)})|{_UP_TO_NINETY})\b"
_HUNDRED = rf"(?:(?:{'|'.join(HUNDREDS)})|(?:{'|'.join(UNITS)}) hundred(?: and)?)\b"
_CARDINAL = rf"\b(?:{_HUNDRED}(?: {_BELOW_HUNDRED})?|{_BELOW_HUNDRED})"
_DOLLARS = r"(?:us )?(?:dollars?|bucks?|d[oó]lar(?:es)?|usd|pesos?)\b"
_CENTS = r"(?:cents?|centavos?)\b"
_SPOKEN_AMOUNTS = (
    re.compile(
        rf"(?P<dollars>{_CARDINAL}|(?<![\d.,])\d{{1,4}}(?![.,]\d)) ?{_DOLLARS}"
        rf"(?:,?(?: and| with| y| con)? (?P<cents>{_CARDINAL}|\d\d?(?!\d|[.,/-]\d))"
        rf"(?: ?{_CENTS}|(?! (?:{_NUMBER})\b)))?",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<cents>{_CARDINAL}|(?<![\d.,])\d\d?) ?{_CENTS}", re.IGNORECASE),
)
# What no amount is without: looked for first, since most of what is typed tells of none.
_MONEY_SAID = re.compile(r"dollar|buck|d[oó]lar|usd|peso|cent", re.IGNORECASE)
_MONEY_TYPED = re.compile(r"[$.,]")
_AMOUNT = re.compile(
    r"(?<![\w.,])(?:usd? ?)?\$? ?(?P<whole>\d{1,4})[.,](?P<cents>\d\d)"
    r"(?: ?(?:\$|usd?\b|dollars?\b|d[oó]lares\b))?(?!\w|[.,]\d)"
    r"|(?<![\w.,])\$? ?(?P<none>)\.(?P<only>\d\d)(?!\w|[.,]\d)"
    r"|\$ ?(?P<paid>\d{1,3}) (?P<odd>\d\d)(?!\w|[.,/-]\d)"
    r"|\$ ?(?P<dollars>\d{1,4})(?!\w|[.,]\d)"
    r"|(?<![\w.,])(?P<before>\d{1,4}) ?\$(?! ?[\w.])",
    re.IGNORECASE,
)
_BARE_AMOUNT = re.compile(r"(?<![\w.,/-])(?P<whole>\d)(?P<cents>\d\d)(?![\w/-]|[.,]\d)")
_LAST4 = re.compile(r"(?<![\w\-/])(?:[*xX•#.…]+ ?)?(?<!\d\.)(?P<last4>\d{4})(?!\w|[.\-/]\d)")
_PLAIN = re.compile(r"(\d{4}) \$?(\d{1,3})\.(\d\d) ([a-zA-Z]{3,10}) (\d\d?)", re.ASCII)
_CARD_WORD = re.compile(
    r"\b(?:cards?|tarjetas?|debit|credit|d[eé]bito|cr[eé]dito|checkcard)\b", re.IGNORECASE
)
_BRANDS = {
    "visa": "visa",
    "mastercard": "mastercard",
    "master card": "mastercard",
    "mc": "mastercard",
    "amex": "amex",
    "american express": "amex",
    "discover": "discover",
}
_BRAND = re.compile(rf"\b(?:{'|'.join(_BRANDS)})\b", re.IGNORECASE)
_SHOWN_BRANDS = {"amex": "American Express"}


@dataclass(frozen=True, slots=True)
class ChargeSaid:
    """What was said of a charge. `last4s`: four digits that may be a card's; the first is the likeliest."""

    last4s: tuple[str, ...] = ()
    amount_cents: int | None = None
    days: Days | None = None
    brand: str | None = None
    statement: bool = False

    @property
    def is_card(self) -> bool:
        """Whether a card can be looked up."""
        return bool(self.last4s)

    @property
    def narrows(self) -> bool:
        """Whether it tells one charge of a person from another."""
        return self.amount_cents is not None or self.days is not None

    def said(self) -> str:
        """``card ending 4242, Visa, $3.99, Nov 14``."""
        parts = [f"card ending {' or '.join(self.last4s)}"] if self.last4s else []
        if self.brand:
            parts.append(shown_brand(self.brand))
        if self.amount_cents is not None:
            parts.append(dollars(self.amount_cents))
        if self.days:
            parts.append(self.days.said())
        return ", ".join(parts)


def shown_brand(brand: str) -> str:
    """A card's brand as people write it."""
    return _SHOWN_BRANDS.get(brand, brand.capitalize())


def read_charge(text: str, today: date, descriptor: str = "") -> tuple[ChargeSaid | None, str]:
    """What a text tells of a charge, and the text without it; of digits alone nothing, they may be a phone's.

    A day without a year is the latest that is not ahead of `today`. `descriptor` is what statements call us.
    """
    rest, statement = _take_descriptor(text, descriptor)
    rest, amount = _take_amount(rest)
    rest, days = take_days(rest, today)
    rest = digits_written(rest)
    rest, brand = _take_brand(rest)
    card_word = _CARD_WORD.search(rest) is not None
    if amount is None and (days or brand or card_word) and _LAST4.search(rest):
        rest, amount = _take_bare_amount(rest)
    last4s = _last4s(rest)
    if amount is None and days is None and brand is None and not (statement or (card_word and last4s)):
        return None, rest
    return ChargeSaid(last4s, amount, days, brand, statement), rest


def read_plain_charge(text: str, today: date, descriptor: str = "") -> ChargeSaid | None:
    """As `read_charge`, of what is typed as plainly as ``4242 3.99 nov 14``, in a fifth of its time."""
    found = _PLAIN.fullmatch(text)
    if found is None or _take_descriptor(text, descriptor)[1]:
        return None
    last4, dollars_said, cents, month, day = found.groups()
    days = day_named(month, day, today)
    return ChargeSaid((last4,), int(dollars_said) * 100 + int(cents), days) if days else None


def _take_descriptor(text: str, descriptor: str) -> tuple[str, bool]:
    """The statement's name of us, with whatever a bank writes right behind it: ``MVM.EXAMPLE*VOICE``."""
    pattern = _of_descriptor(descriptor)
    found = pattern.search(text) if pattern else None
    return (_without(text, found), True) if found else (text, False)


@lru_cache(16)
def _of_descriptor(descriptor: str) -> re.Pattern[str] | None:
    labels = [re.escape(label) for label in re.split(r"[\W_]+", descriptor) if label]
    if not labels:
        return None
    whole = r"[\W_]{0,2}".join(labels)
    return re.compile(rf"(?<![\w@/.])(?:www\.)?(?:{whole}|{labels[0]})(?:\*\w*)?(?![\w/.])", re.IGNORECASE)


def _take_amount(text: str) -> tuple[str, int | None]:
    for pattern in _SPOKEN_AMOUNTS if _MONEY_SAID.search(text) else ():
        for found in pattern.finditer(text):
            said = found.groupdict()
            whole, cents = _value(said.get("dollars") or ""), _value(said.get("cents") or "")
            if whole is not None and cents is not None and cents < 100:
                return _without(text, found), whole * 100 + cents
    found_typed = _AMOUNT.search(text) if _MONEY_TYPED.search(text) else None
    if found_typed is None:
        return text, None
    said = found_typed.groupdict()
    whole_said = said["whole"] or said["paid"] or said["dollars"] or said["before"] or "0"
    return _without(text, found_typed), int(whole_said) * 100 + int(
        said["cents"] or said["only"] or said["odd"] or 0
    )


def _value(said: str) -> int | None:
    """``three``, ``forty two``, ``12``; None for words that are no one number: ``two three``."""
    if not said or said.isdecimal():
        return int(said or 0)
    words = words_said(said)
    taken, digits = number_at(words, 0)
    return int(digits) if taken == len(words) else None


def _take_bare_amount(text: str) -> tuple[str, int | None]:
    """``4242 399 nov 14``: three digits beside a card and a day are its amount."""
    found = _BARE_AMOUNT.search(text)
    return (_without(text, found), int(found["whole"] + found["cents"])) if found else (text, None)


def _take_brand(text: str) -> tuple[str, str | None]:
    found = _BRAND.search(text)
    return (_without(text, found), _BRANDS[found.group().lower()]) if found else (text, None)


def _last4s(text: str) -> tuple[str, ...]:
    fours = list(dict.fromkeys(found["last4"] for found in _LAST4.finditer(text)))
    return tuple(fours[:MOST_LAST_FOURS])


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
