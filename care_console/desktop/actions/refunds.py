"""Sending money back, and taking that back within its ten seconds."""

from __future__ import annotations

from uuid import UUID

from care_console.contract.charges import RefundReason, RefundRequest
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def ask_refund(
    desk: Desk,
    *,
    refund_id: UUID,
    charge_id: str,
    recipient_id: str,
    amount_cents: int,
    reason: RefundReason,
    note: str,
    expected_refunded_cents: int,
) -> PendingAction:
    """Ask for a refund. `refund_id` is made when the review opens, once, and is the refund's id from then on.

    Amounts in cents; `expected_refunded_cents` is what the review showed as refunded already. Raises
    AlreadyOnItsWay, and pydantic's ValidationError for an amount below one cent or a card number in the note.
    """
    body = RefundRequest(
        amount_cents=amount_cents, reason=reason, note=note, expected_refunded_cents=expected_refunded_cents
    )
    return await ask(desk, Verb.REFUND, recipient_id, charge_id, body, id=refund_id)


async def withdraw_refund(desk: Desk, refund_id: UUID, recipient_id: str) -> PendingAction:
    """Take a refund back. One that never left this desk is gone at once (the row is then in no outbox, and

    its `problem` says so); one that left is taken back at the service, which may say that it is too late.
    """
    return await ask(desk, Verb.WITHDRAW_REFUND, recipient_id, str(refund_id), None)
