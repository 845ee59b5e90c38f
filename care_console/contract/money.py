"""Money: whole cents and a currency, and how people write it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from care_console.contract.base import Reply

Currency = Literal["USD"]
Cents = Annotated[int, Field(ge=0, strict=True)]
"""An amount in whole cents, never negative."""

PositiveCents = Annotated[int, Field(gt=0, strict=True)]
"""An amount in whole cents, at least one."""


class Money(Reply):
    """An amount as the API writes it outside of ``*_cents`` fields."""

    amount_cents: Cents
    currency: Currency = "USD"


def dollars(cents: int) -> str:
    """The amount as a US reader writes it: ``$3.99``, ``-$0.05``, ``$1,204.00``."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{rest:02}"
