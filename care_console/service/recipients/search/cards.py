"""A charge as a caller tells of it: the card's last four, with an amount, a day or a brand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    ("jan", "january", "ene", "enero"),
    ("feb", "february", "febrero"),
    ("mar", "march", "marzo"),
    ("apr", "april", "abr", "abril"),
    ("may", "mayo"),
    ("jun", "june", "junio"),
    ("jul", "july", "julio"),
    ("aug", "august", "ago", "agosto"),
    ("sep", "sept", "september", "septiembre", "setiembre"),
    ("oct", "october", "octubre"),
    ("nov", "november", "noviembre"),
    ("dec", "december", "dic", "diciembre"),
)
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTH_NUMBER, key=len, reverse=True))})\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?:,? (?:de |del )?(?P<year>20\d\d)(?!\d))?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>20\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)",
        r"(?<![\d/.-])(?P<month>\d{1,2})[/-](?P<day>\d{1,2})(?:[/-](?P<year>\d{4}|\d{2}))?(?![\d/-])",
        rf"\b{_MONTH} {_DAY}{_YEAR}",
        rf"(?<!\d){_DAY} (?:of |de )?{_MONTH}{_YEAR}",
        r"\b(?:the|el) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)\b",
        r"\b(?P<word>today|hoy|yesterday|ayer)\b",
    )
)
_AMOUNT = re.compile(
    r"(?<![\w.,])\$?(?P<whole>\d{1,4})[.,](?P<cents>\d\d)(?!\w|[.,]\d)"
    r"|\$ ?(?P<dollars>\d{1,4})(?!\w|[.,]\d)"
    r"|(?<![\w.])(?P<spoken>\d{1,4}) (?:dollars?|bucks|d[oó]lares)\b"
)
_LAST4 = re.compile(r"(?<![\w.\-/])(?:[*xX•#]+ ?)?(?P<last4>\d{4})(?!\w|[.\-/]\d)")
_BRANDS = {
    "visa": "visa",
    "mastercard": "mastercard",
    "master card": "mastercard",
    "amex": "amex",
    "american express": "amex",
    "discover": "discover",
}
_BRAND = re.compile(rf"\b(?:{'|'.join(_BRANDS)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CardSaid:
    """The last four of a card, and what was said with it: at least one of the others is there."""

    last4: str
    amount_cents: int | None = None
    day: date | None = None
    brand: str | None = None


def read_card(text: str, today: date) -> tuple[CardSaid | None, str]:
    """The card that a text tells of, and the text without amount, day and brand; the text as it is for none.

    A day without a year is the latest that is not ahead of `today`.
    """
    rest, day = _take_day(text, today)
    rest, amount = _take_amount(rest)
    rest, brand = _take_brand(rest)
    found = _LAST4.search(rest)
    if found is None or (amount is None and day is None and brand is None):
        return None, text
    return CardSaid(found["last4"], amount, day, brand), rest


def _take_day(text: str, today: date) -> tuple[str, date | None]:
    for pattern in _DATES:
        for found in pattern.finditer(text):
            day = _day(found.groupdict(), today)
            if day is not None:
                return _without(text, found), day
    return text, None


def _day(said: dict[str, str | None], today: date) -> date | None:
    word = said.get("word")
    if word:
        return today - timedelta(days=word.lower() in ("yesterday", "ayer"))
    day, month, year = int(said["day"] or 0), said.get("month"), said.get("year")
    if not month:
        return _latest_of(today, day)
    number = _MONTH_NUMBER.get(month.lower()) or int(month)
    if number > 12 >= day:
        number, day = day, number
    return _latest(today, number, day) if not year else _valid(int(year) % 100 + 2000, number, day)


def _latest(today: date, month: int, day: int) -> date | None:
    years = (_valid(today.year - ago, month, day) for ago in range(5))
    return next((found for found in years if found and found <= today), None)


def _latest_of(today: date, day: int) -> date | None:
    months = ((today.year * 12 + today.month - 1 - ago) for ago in range(3))
    days = (_valid(month // 12, month % 12 + 1, day) for month in months)
    return next((found for found in days if found and found <= today), None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _take_amount(text: str) -> tuple[str, int | None]:
    found = _AMOUNT.search(text)
    if found is None:
        return text, None
    whole = found["whole"] or found["dollars"] or found["spoken"]
    return _without(text, found), int(whole) * 100 + int(found["cents"] or 0)


def _take_brand(text: str) -> tuple[str, str | None]:
    found = _BRAND.search(text)
    return (_without(text, found), _BRANDS[found.group().lower()]) if found else (text, None)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
