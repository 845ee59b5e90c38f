"""Why a row of a data set is refused: the words that stand in the list of rejects."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The reason of one refused row. Scripts compare these words: never rename one, only add."""

    MISSING_REFERENCE = "missing-reference"
    NOT_A_US_PHONE = "not-a-us-phone"
    SECONDS_OUT_OF_RANGE = "seconds-out-of-range"
    REFUND_BEYOND_CHARGE = "refund-beyond-charge"
    BAD_TIME = "bad-time"
    BAD_MONEY = "bad-money"
    UNKNOWN_WORD = "unknown-word"
    DUPLICATE_IDENTIFIER = "duplicate-identifier"
    MISSING_IDENTIFIER = "missing-identifier"
    WRONG_NUMBER_OF_FIELDS = "wrong-number-of-fields"
    BAD_LAST4 = "bad-last4"
    NOT_TEXT = "not-utf-8"
    BAD_SOUND = "bad-sound"
    """The row itself is taken; the sound that it names is not."""
