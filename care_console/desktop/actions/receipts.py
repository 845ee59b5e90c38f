"""Sending a receipt by text."""

from __future__ import annotations

from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def send_receipt(desk: Desk, *, charge_id: str, recipient_id: str) -> PendingAction:
    """Ask for the receipt of a charge to be texted. ``desk.outbox.answer(row.id)`` is the ReceiptSent.

    Raises AlreadyOnItsWay.
    """
    return await ask(desk, Verb.SEND_RECEIPT, recipient_id, charge_id, None)
