"""What the service asks of an SMS gateway, in its own words: take a text, and tell what came of it.

SMPP and the carriers are the gateway's business; nothing outside this folder knows which gateway it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A text to hand over. `id` is ours, and comes back with every receipt.

    `valid_minutes`: how long a carrier may hold it. Short, since an opt-out cannot call back what an
    aggregator holds.
    """

    id: int
    phone: str
    body: str
    valid_minutes: int


class ReceiptState(StrEnum):
    """How far a text came. `accepted`: the carrier has it; `refused`: the carrier would not take it."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a carrier said of a text of ours. `unsubscribed`: it says that the number opted out with it."""

    text_id: int
    state: ReceiptState
    answer: str
    unsubscribed: bool


@dataclass(frozen=True, slots=True)
class IncomingText:
    """A text that somebody sent us: by which number (E.164), and the gateway's own id, unique for good.

    `received_at` is None where the gateway gave no time that can be read.
    """

    phone: str
    body: str
    provider_id: str
    received_at: datetime | None


class SmsProblem(Exception):
    """One of exactly three: `TextRefused`, `NotHandedOver`, `OutcomeUnknown`; each of this attempt alone."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TextRefused(SmsProblem):
    """The gateway read it and said no: it will never go out so."""


class NotHandedOver(SmsProblem):
    """It certainly never arrived at the gateway. It may be handed over again."""


class OutcomeUnknown(SmsProblem):
    """It may have arrived. Only a receipt, or the end of its validity, decides."""


class Unreadable(Exception):
    """What called back is nothing that this gateway sends; `str()` says what is wrong with it."""


class SmsGateway(Protocol):
    """Hands texts over, and reads what the gateway calls back with."""

    async def hand_over(self, text: OutgoingText) -> None:
        """Hand a text over, within a few seconds. Raises an SmsProblem."""

    def read_incoming(self, query: bytes) -> IncomingText:
        """The text in the query of a call of the gateway. Raises Unreadable."""

    def read_receipt(self, query: bytes) -> Receipt:
        """The receipt in the query of a call of the gateway. Raises Unreadable."""

    def knows(self, secret: str) -> bool:
        """Whether a caller showed the secret that the gateway was given."""

    async def close(self) -> None:
        """Close every connection."""
