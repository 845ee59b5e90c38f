"""Putting a mistyped opt-out right."""

from __future__ import annotations

from care_console.contract.approvals import CorrectionRequest
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def ask_correction(
    desk: Desk, *, opt_out_id: str, reason: str, recipient_id: str | None
) -> PendingAction:
    """Ask another person to correct an opt-out. ``desk.outbox.answer(row.id)`` is the Approval.

    Texts stay off until it is approved. Raises AlreadyOnItsWay, and pydantic's ValidationError for an empty
    reason or a card number in it.
    """
    return await ask(desk, Verb.CORRECT, recipient_id, opt_out_id, CorrectionRequest(reason=reason))
