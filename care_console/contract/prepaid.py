"""A prepaid AdvanceConnect account as the desk sees it: its balance and its ledger. Its PIN is in none."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from care_console.contract.base import Instant, Page, Reply
from care_console.contract.money import Cents

SignedCents = Annotated[int, Field(strict=True)]
"""An amount in whole cents that came in, or below zero, went out."""


class LedgerKind(StrEnum):
    """What moved the money. `reversal`: a bank took a deposit back; above zero, what we covered of it."""

    DEPOSIT = "deposit"
    SPEND = "spend"
    REFUND = "refund"
    REVERSAL = "reversal"


class LedgerEntry(Reply):
    """One entry of an account. `balance_cents`: what it held after it. `reverses`: the deposit taken back."""

    id: str
    transaction_id: str
    kind: LedgerKind
    at: Instant
    amount_cents: SignedCents
    balance_cents: Cents
    charge_id: str | None = None
    refund_id: str | None = None
    reverses: str | None = None
    message_id: str | None = None
    sender_name: str | None = None


class PrepaidAccount(Reply):
    """An account. Without a PIN it was opened by a refund, and cannot be spent from until it gets one."""

    balance_cents: Cents
    opened_at: Instant
    has_pin: bool


class PrepaidLedger(Page[LedgerEntry]):
    """`GET /v1/recipients/{id}/prepaid`: newest first; no account: the number never had one."""

    account: PrepaidAccount | None = None
