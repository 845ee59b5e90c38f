"""Charges and their refunds."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from care_console.contract.base import FreeText, Instant, Reply, Request
from care_console.contract.decisions import ApprovalStanding
from care_console.contract.money import Cents, Currency, PositiveCents


class RefundReason(StrEnum):
    """Why money goes back."""

    DUPLICATE = "duplicate"
    INAUDIBLE = "inaudible"
    EXPIRED_UNHEARD = "expired_unheard"
    WRONG_RECIPIENT = "wrong_recipient"
    GOODWILL = "goodwill"
    OTHER = "other"


class RefundState(StrEnum):
    """Where a refund stands. `unknown` is not `failed`: only reading from the processor decides."""

    AWAITING_APPROVAL = "awaiting_approval"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DECLINED = "declined"

    @property
    def holds_money(self) -> bool:
        """Whether its amount counts against the charge: all but those that ended without money moving."""
        return self not in (RefundState.WITHDRAWN, RefundState.FAILED, RefundState.DECLINED)

    @property
    def is_open(self) -> bool:
        """Whether something may still happen to it by itself."""
        return self not in (
            RefundState.WITHDRAWN,
            RefundState.FAILED,
            RefundState.DECLINED,
            RefundState.SUCCEEDED,
        )


class PaymentMethod(StrEnum):
    """How a charge was paid."""

    CARD = "card"
    PREPAID = "prepaid"


class ChargeState(StrEnum):
    """How a charge ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundRequest(Request):
    """`POST /v1/charges/{id}/refunds`. The `Idempotency-Key` is the refund's id, a UUID made by the desk."""

    amount_cents: PositiveCents
    reason: RefundReason
    note: FreeText = ""
    expected_refunded_cents: Cents


class Refund(Reply):
    """A refund. `sends_at` is when it leaves for the processor; until then it can be withdrawn.

    `approval` is there where another person had to say yes.
    """

    id: UUID
    charge_id: str
    recipient_id: str
    amount_cents: Cents
    currency: Currency = "USD"
    reason: RefundReason
    note: str = ""
    state: RefundState
    requested_by: str
    requested_at: Instant
    sends_at: Instant | None = None
    settled_at: Instant | None = None
    failure: str | None = None
    approval: ApprovalStanding | None = None


class Charge(Reply):
    """A charge. `refunded_cents` counts every refund that holds money, settled or on its way."""

    id: str
    message_id: str
    charged_at: Instant
    amount_cents: Cents
    currency: Currency = "USD"
    method: PaymentMethod
    brand: str | None
    last4: str | None
    state: ChargeState
    refunded_cents: Cents
    disputed: bool = False
    refunds: list[Refund]
