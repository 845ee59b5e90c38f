"""What a charge was for, and how a card's statement shows it: the answer to "What is this charge?"."""

from __future__ import annotations

from datetime import date

from care_console.contract.base import Bilingual, Instant, Page, Reply
from care_console.contract.charges import ChargeState, PaymentMethod
from care_console.contract.messages import TextPlan
from care_console.contract.money import Cents, Currency


class OnStatement(Reply):
    """How a statement shows a charge: by which name, and between which days, since banks take time."""

    name: str
    first_day: date
    last_day: date


class ExplainedCharge(Reply):
    """A charge and all that it was for. `statement` is null for what no card paid.

    `say` explains it in one or two sentences; `receipt` are the facts of a receipt, to be read aloud.
    """

    charge_id: str
    message_id: str
    charged_at: Instant
    amount_cents: Cents
    currency: Currency = "USD"
    method: PaymentMethod
    brand: str | None
    last4: str | None
    state: ChargeState
    refunded_cents: Cents
    sender_name: str
    facility_name: str
    facility_state: str
    recorded_at: Instant
    seconds: int
    reference: str
    statement: OnStatement | None
    say: Bilingual
    receipt: Bilingual


class ExplainedCharges(Page[ExplainedCharge]):
    """`GET /v1/recipients/{id}/charges`, the newest first."""


class ReceiptSent(Reply):
    """`POST /v1/charges/{id}/receipts`: what the text says, and when it goes."""

    charge_id: str
    words: str
    text: TextPlan
