"""What the service asks of a card processor, in its own words: take a payment on a page of its own,
refund, find, read, and read a webhook.

One file beside this one speaks to one vendor; nothing outside this folder knows which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class ProcessorState(StrEnum):
    """Where a refund stands at the processor.

    Only `failed` and `canceled` mean that the money stays with us; `succeeded` may still turn into `failed`
    days later (the recipient's bank sends it back).
    """

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class ProcessorRefund:
    """A refund as the processor tells it. `processor_ref` is the payment intent that was refunded."""

    processor_id: str
    processor_ref: str
    amount_cents: int
    currency: str
    state: ProcessorState
    failure_reason: str | None
    refund_id: UUID | None
    """Our own id, read back from what we sent along; None where the refund was made by somebody else."""


class CheckoutStage(StrEnum):
    """How far a payment on the processor's page has come. Only `expired` means that nothing can be paid."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class NewCheckout:
    """What a payment page is asked for with. `checkout_id` is our own id, and the idempotency key.

    `ends_at` is between 30 minutes and 24 hours off; `product` is what the page calls it, with no name of
    anybody in it; `on_statement` is what the card's statement adds to the account's own name.
    """

    checkout_id: UUID
    amount_cents: int
    currency: str
    product: str
    language: str
    on_statement: str
    paid_url: str
    back_url: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CardTry:
    """One try to pay with a card. `charge_ref` is the processor's id of it."""

    charge_ref: str
    succeeded: bool
    at: datetime
    amount_cents: int
    brand: str | None
    last4: str | None


@dataclass(frozen=True, slots=True)
class ProcessorCheckout:
    """A payment page as the processor has it. `url` is where the cardholder goes, while it is open.

    `processor_ref` is the payment intent behind it, None until a card was tried; `tries` are the cards tried,
    the oldest first. Paid is what has a try that succeeded.
    """

    processor_id: str
    checkout_id: UUID | None
    stage: CheckoutStage
    url: str | None
    processor_ref: str | None
    tries: Sequence[CardTry] = ()

    @property
    def paid(self) -> CardTry | None:
        """The try that went through."""
        return next((one for one in self.tries if one.succeeded), None)


@dataclass(frozen=True, slots=True)
class ProcessorDispute:
    """A payment that the cardholder's bank wants back. `status` is the processor's own word: what is `won` or
    `warning_closed` is over, and left the payment with us. `processor_ref` is the disputed payment intent.
    """

    processor_id: str
    processor_ref: str
    amount_cents: int
    status: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ProcessorEvent:
    """A verified webhook. `refund` is None where the event is about something else, and so are `checkout_id`,
    our own id of the payment page that it is about, and `dispute_id`, the processor's id of a dispute.

    Events come late, twice and out of order: keep each `event_id` once. The refund inside is as it was when
    the event was made, so read it anew (`read_refund`) before a state moves.
    """

    event_id: str
    type: str
    created_at: datetime
    refund: ProcessorRefund | None
    checkout_id: UUID | None = None
    dispute_id: str | None = None


class ProcessorProblem(Exception):
    """One of exactly three: `Refused`, `OutcomeUnknown`, `NotSent`.

    Each speaks of *this attempt* only. After an earlier attempt whose outcome is unknown, none of them says
    anything of that one; only `find_refund` does.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(ProcessorProblem):
    """The processor read the request and said no: by this attempt no money moved, and none will.

    The hold may be given back when this was the first attempt under the refund's id. After an unknown one,
    ask `find_refund` first: a full charge may be full because of us. `code` is the processor's own word.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class OutcomeUnknown(ProcessorProblem):
    """The request may have been carried out, and may still be: money may have moved.

    Time-out, a connection lost after sending, a 5xx, a key in use, an answer that cannot be read. The refund
    is unknown, never failed; the hold stays. `find_refund` decides, or the same id again while it is young.
    Of a reading call it says only that nothing was learned.
    A 5xx is remembered under its key: the same id then gets the same 5xx for a day, and only reading helps.
    """


class NotSent(ProcessorProblem):
    """The processor certainly did nothing with this attempt: no money moved. The same id may be sent again.

    Not reached (connection refused, no such name), turned away at the door (too many requests), or our key
    was not accepted there, which an operator has to put right. The hold stays.
    """


class BadSignature(Exception):
    """A webhook that is not the processor's, is older than five minutes, or was changed on its way."""


class CardProcessor(Protocol):
    """A card processor. Every call but `read_event` may raise a `ProcessorProblem`.

    A request to it is given ten seconds; `find_refund` makes one for each hundred refunds of the payment.
    """

    async def refund(
        self, *, refund_id: UUID, processor_ref: str, amount_cents: int, currency: str, reason: str
    ) -> ProcessorRefund:
        """Gives back `amount_cents` of the payment `processor_ref`, once for each `refund_id`.

        The id is the idempotency key, good for 24 hours from its first use: do not send it again after 23. An
        answer to a repeated call is the first answer again, so its state may be old.
        """
        ...

    async def find_refund(self, *, refund_id: UUID, processor_ref: str) -> ProcessorRefund | None:
        """The refund that carries `refund_id`, read from the processor among all those of the payment.

        None means: not there when asked. A request still on its way may yet arrive, so one None settles
        nothing while an attempt is young. `Refused` where the payment itself is not known there.
        """
        ...

    async def read_refund(self, processor_refund_id: str) -> ProcessorRefund:
        """The refund as it stands now, by the processor's id. `Refused` where there is none."""
        ...

    async def read_dispute(self, processor_dispute_id: str) -> ProcessorDispute:
        """The dispute as it stands now, by the processor's id. `Refused` where there is none."""
        ...

    @property
    def page_origin(self) -> str:
        """Scheme and host of the page on which people pay: where a form of ours may lead."""
        ...

    async def open_checkout(self, wanted: NewCheckout) -> ProcessorCheckout:
        """A payment page for so much; the same id again, within 24 hours, is the same page."""
        ...

    async def read_checkout(self, processor_id: str) -> ProcessorCheckout:
        """The page as it stands now, with each card that was tried on it."""
        ...

    async def end_checkout(self, processor_id: str) -> ProcessorCheckout:
        """Ends an open page, so that nothing more is paid on it, and reads it: it may be paid already."""
        ...

    def read_event(self, body: bytes, signature: str) -> ProcessorEvent:
        """The event of a webhook, from its bytes as received and its signature. Raises `BadSignature`."""
        ...

    async def close(self) -> None:
        """Closes the connections."""
        ...
