"""Finds card numbers in free text, so that none is ever stored (PCI DSS 4.0.1, requirement 3)."""

from __future__ import annotations

import re

_RUN = re.compile(r"(?<!\d)\d(?:[ \-.]?\d){12,18}(?!\d)")


def passes_luhn(digits: str) -> bool:
    """Whether a run of digits ends in the check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def holds_card_number(text: str) -> bool:
    """Whether the text holds 13 to 19 digits in a row (spaces, dashes, dots between) that pass Luhn."""
    return any(passes_luhn(_digits(run.group())) for run in _RUN.finditer(text))


def mask_card_numbers(text: str) -> str:
    """The text with every digit but the last four of each card number in it replaced by ``*``."""

    def mask(run: re.Match[str]) -> str:
        digits = _digits(run.group())
        return "*" * (len(digits) - 4) + digits[-4:] if passes_luhn(digits) else run.group()

    return _RUN.sub(mask, text)


def _digits(run: str) -> str:
    return "".join(character for character in run if character.isdigit())
