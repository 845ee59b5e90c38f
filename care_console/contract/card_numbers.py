"""Finds card numbers in free text, so that none is ever stored (PCI DSS 4.0.1, requirement 3).

A number is seldom alone: its expiry, its security code, an amount stand beside it, with nothing but a space
between. So what is looked at is each run of digits as a whole, and within it every row of its groups that is
made like a card of one of the networks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 13, 19  # ISO/IEC 7812-1 allows fewer; no network of a US card gives them out

_RUN = re.compile(r"[0-9](?:[ \t\u00a0\-.\u2010-\u2015]{0,3}[0-9]){12,}")
# A UUID is no card, though its digits and dashes may read like one: a refund's id in a note, or in a draft.
_UUID = re.compile(
    r"(?<![\w-])(?=[0-9-]*[a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])", re.IGNORECASE
)
_GROUP = re.compile(r"[0-9]+")
# By first digits and length, as the networks have published them: Visa; Mastercard; American Express;
# Discover, UnionPay and JCB; Diners Club.
_NETWORKS = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}"
    r"|(?:6011|64[4-9][0-9]|65[0-9]{2}|62[0-9]{2}|35[2-8][0-9])[0-9]{12,15}"
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}"
)


def passes_luhn(digits: str) -> bool:
    """Whether a run of digits ends in the check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def holds_card_number(text: str) -> bool:
    """Whether the text holds 13 to 19 digits in a row (spaces, dashes, dots between) that pass Luhn."""
    return next(_places(text), None) is not None


def mask_card_numbers(text: str) -> str:
    """The text with every digit but the last four of each card number in it replaced by ``*``."""
    if not _RUN.search(text):  # as nearly always: it is asked of every text, at every key
        return text
    kept, parts = 0, []
    for start, end in _places(text):
        digits = "".join(_GROUP.findall(text[start:end]))
        parts += [text[kept:start], "*" * (len(digits) - 4), digits[-4:]]
        kept = end
    return "".join([*parts, text[kept:]])


def _places(text: str) -> Iterator[tuple[int, int]]:
    text = _UUID.sub(lambda found: "x" * len(found.group()), text)
    for run in _RUN.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *run.span())]
        whole = "".join(text[start:end] for start, end in groups)
        if SHORTEST <= len(whole) <= LONGEST and passes_luhn(whole):
            yield run.span()
        else:
            yield from _rows(text, groups)


def _rows(text: str, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The rows of whole groups that are a network's card: from the left, the longest, none in another."""
    first = 0
    while first < len(groups):
        digits, after = "", first
        for last in range(first, len(groups)):
            digits += text[slice(*groups[last])]
            if len(digits) > LONGEST:
                break
            if _NETWORKS.fullmatch(digits) and passes_luhn(digits):
                after = last + 1
        if after > first:
            yield (groups[first][0], groups[after - 1][1])
        first = max(after, first + 1)
