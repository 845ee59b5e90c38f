"""The shape that every request and reply shares, and the types their fields are made of."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

from care_console.contract.card_numbers import holds_card_number

Item = TypeVar("Item")


def _to_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this moment is beyond the calendar") from error


def _as_rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("this text holds a character that cannot be stored; type it anew")
    return text


def _without_card_number(text: str) -> str:
    if holds_card_number(text):
        raise ValueError("this text holds what looks like a card number; take it out and send it again")
    return text


Instant = Annotated[
    AwareDatetime, AfterValidator(_to_utc), PlainSerializer(_as_rfc3339, return_type=str, when_used="json")
]
"""A moment: aware, in UTC, RFC 3339 on the wire."""

_US_NUMBER = r"^\+1[2-9][0-9]{2}[2-9][0-9]{6}$"


def _us_number(number: str) -> str:
    if re.fullmatch(_US_NUMBER, number) is None:
        raise ValueError("this is no US phone number; write it as +1 and ten digits, like +12145550142")
    return number


E164 = Annotated[str, AfterValidator(_us_number), Field(json_schema_extra={"pattern": _US_NUMBER})]
"""A US phone number as the carriers write it: ``+12145550142``."""

FreeText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000),
    AfterValidator(_without_nul),
    AfterValidator(_without_card_number),
]
"""What a person typed. Plain text always; a card number in it is refused (PCI DSS)."""

PlainName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_without_nul),
    AfterValidator(_without_card_number),
]
"""A person's name, as somebody else's system has it."""

OuterId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_without_nul)
]
"""An identifier that another system gave: any characters, up to 64."""

WrittenText = Annotated[FreeText, StringConstraints(min_length=1)]
"""Free text that must not be empty."""


class Request(BaseModel):
    """A body that the desktop sends: unknown fields are a mistake and are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reply(BaseModel):
    """A body that the service sends: unknown fields are a newer service's and are put aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(Reply, Generic[Item]):
    """One page of a list. `next_cursor` is opaque; null on the last page."""

    items: list[Item]
    next_cursor: str | None = None


class CountedPage(Page[Item], Generic[Item]):
    """A page of a filtered log, with the exact number of rows that the filter holds."""

    total: int


class Bilingual(Reply):
    """One sentence in the two languages of the callers."""

    en: str
    es: str
