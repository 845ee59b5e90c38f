"""The tests that a field of a data set has to pass, as SQL conditions that are true where it fails."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable

from care_console.service.imports.area_codes import us_area_codes
from care_console.service.imports.reasons import Reason

Check = tuple[str, Reason]
"""An SQL condition on a staged row `s` (and the parents joined to it), and the reason where it is true."""

# A date that exists, so that the cast behind it cannot fail: PostgreSQL 15 cannot be asked whether it would.
_DATE = (
    "[1-9][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29"
)
_TIME = f"^(?:{_DATE})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
MOST_CENTS_DIGITS = 9


def a_time(column: str) -> Check:
    """A moment in UTC, `2026-11-02T14:03:22Z`, must be there."""
    return f"s.{column} IS NULL OR s.{column} !~ '{_TIME}'", Reason.BAD_TIME


def a_time_or_nothing(column: str) -> Check:
    """As `a_time`, but may be empty."""
    return f"s.{column} !~ '{_TIME}'", Reason.BAD_TIME


def a_us_phone(column: str) -> Check:
    """Ten digits behind +1, the first three an area code of the United States."""
    codes = ",".join(f"'{code}'" for code in us_area_codes())
    shape = f"s.{column} ~ '^[+]1[2-9][0-9]{{2}}[2-9][0-9]{{6}}$'"
    return (
        f"s.{column} IS NULL OR NOT ({shape} AND substr(s.{column}, 3, 3) IN ({codes}))",
        Reason.NOT_A_US_PHONE,
    )


def cents(column: str) -> Check:
    """A whole number of cents, at least zero; more than we can hold is no money either."""
    return (
        f"s.{column} IS NULL OR s.{column} !~ '^[0-9]{{1,{MOST_CENTS_DIGITS}}}$'",
        Reason.BAD_MONEY,
    )


def seconds(column: str, least: int, most: int) -> Check:
    """A whole number of seconds between two bounds, written in one way only: equal plays must look equal."""
    return (
        f"CASE WHEN s.{column} ~ '^(?:0|[1-9][0-9]{{0,4}})$' "
        f"THEN s.{column}::integer NOT BETWEEN {least} AND {most} ELSE true END",
        Reason.SECONDS_OUT_OF_RANGE,
    )


def one_of(column: str, words: Iterable[str]) -> Check:
    """One of a closed set of words."""
    return f"s.{column} IS NULL OR {_not_among(column, words)}", Reason.UNKNOWN_WORD


def one_of_or_nothing(column: str, words: Iterable[str]) -> Check:
    """As `one_of`, but may be empty."""
    return _not_among(column, words), Reason.UNKNOWN_WORD


def _not_among(column: str, words: Iterable[str]) -> str:
    return f"s.{column} NOT IN ({','.join(_literal(word) for word in words)})"


def a_time_zone(column: str) -> Check:
    """A name of the IANA data base, as this machine has it."""
    return one_of(column, sorted(zoneinfo.available_timezones()))


def an_identifier(column: str) -> Check:
    """Some text that names the row."""
    return f"s.{column} IS NULL", Reason.MISSING_IDENTIFIER


def four_digits_or_nothing(column: str) -> Check:
    """A card's last four digits: never more of the card."""
    return f"s.{column} !~ '^[0-9]{{4}}$'", Reason.BAD_LAST4


def a_parent(alias: str) -> Check:
    """The row that this one refers to must be there."""
    return f"{alias}.id IS NULL", Reason.MISSING_REFERENCE


def a_parent_or_nothing(alias: str, column: str) -> Check:
    """As `a_parent`, but the field may be empty."""
    return f"s.{column} IS NOT NULL AND {alias}.id IS NULL", Reason.MISSING_REFERENCE


def _literal(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
