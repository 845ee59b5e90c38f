"""What the service asks of a card processor, in its own words: refund, find, read, and read a webhook.

One file beside this one speaks to one vendor; nothing outside this folder knows which.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class ProcessorEvent:
    """A verified webhook. `refund` is None where the event is about something else.

    Events come late, twice and out of order: keep each `event_id` once. The refund inside is as it was when
    the event was made, so read it anew (`read_refund`) before a state moves.
    """

    event_id: str
    type: str
    created_at: datetime
    refund: ProcessorRefund | None


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

    def read_event(self, body: bytes, signature: str) -> ProcessorEvent:
        """The event of a webhook, from its bytes as received and its signature. Raises `BadSignature`."""
        ...

    async def close(self) -> None:
        """Closes the connections."""
        ...
