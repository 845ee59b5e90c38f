"""Phone numbers in what was typed: whole ones in any spelling, their last digits, their first."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_US = re.compile(r"1?([2-9]\d{2}[2-9]\d{6})")
# Digits and what people put between them; not part of a word, so no piece of a reference is read as a number.
_RUN = re.compile(r"(?<![^\W_])\+?\(?\d[\d\s()\[\].\-\u2010-\u2015\u2212/·~,_]*(?![^\W_])")
LEAST_DIGITS = 4
MOST_LAST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers as E.164, last digits (four to nine), and first digits (area code first)."""

    whole: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The text in one spelling: full-width and other digits as 0 to 9, no control characters."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFKC", text)
    return "".join(_plain_character(character) for character in composed)


def read_numbers(text: str) -> Numbers:
    """Every phone number, or part of one, in a text that went through `plain`."""
    whole: list[str] = []
    endings: list[str] = []
    beginnings: list[str] = []
    for run in _RUN.finditer(text):
        groups = re.findall(r"\d+", run.group())
        while groups:
            taken, phone = _whole(groups)
            if phone:
                whole.append(phone)
            else:
                taken = _part(groups, endings, beginnings)
            groups = groups[taken:]
    return Numbers(*(tuple(dict.fromkeys(found)) for found in (whole, endings, beginnings)))


def _whole(groups: list[str]) -> tuple[int, str | None]:
    """How many of the first groups make a whole number, and which; the longest wins."""
    for taken in range(len(groups), 0, -1):
        digits = "".join(groups[:taken]).removeprefix("00")
        if len(digits) == 10 or (len(digits) == 11 and digits.startswith("1")):
            phone = as_e164(digits)
            if phone:
                return taken, phone
    return 0, None


def as_e164(digits: str) -> str | None:
    """Ten digits, or eleven from a 1 on, as a US number; None for those that none can have."""
    found = _US.fullmatch(digits)
    return f"+1{found[1]}" if found else None


def _part(groups: list[str], endings: list[str], beginnings: list[str]) -> int:
    """Read the first groups as a part of a number; how many were read."""
    skipped = 1 if groups[0] == "1" and len(groups) > 1 else 0
    rest = groups[skipped:]
    if len(rest) > 1 and len(rest[0]) == 3:
        taken = 3 if len(rest) > 2 and len(rest[1]) == 3 and len(rest[2]) < 4 else 2
        digits = "".join(rest[:taken])
        if LEAST_DIGITS < len(digits) <= MOST_LAST_DIGITS:
            beginnings.append(digits)
            if taken == 2:
                endings.append(digits)
            return skipped + taken
    if LEAST_DIGITS <= len(rest[0]) <= MOST_LAST_DIGITS:
        endings.append(rest[0])
        if len(rest[0]) > LEAST_DIGITS:
            beginnings.append(rest[0])
    return skipped + 1


def _plain_character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return " " if unicodedata.category(character)[0] in "CZ" else character
