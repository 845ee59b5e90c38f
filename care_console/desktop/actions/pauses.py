"""Pausing a number or a facility, and resuming it."""

from __future__ import annotations

from care_console.contract.pauses import PauseRequest
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def pause_number(desk: Desk, *, phone: str, reason: str, recipient_id: str | None) -> PendingAction:
    """Ask that a number (E.164) be paused. ``desk.outbox.answer(row.id)`` is the Pause.

    Raises AlreadyOnItsWay, and pydantic's ValidationError for a card number in the reason.
    """
    return await ask(desk, Verb.PAUSE, recipient_id, phone, PauseRequest(phone=phone, reason=reason))


async def resume(desk: Desk, *, pause_id: str, recipient_id: str | None) -> PendingAction:
    """Ask that a pause be ended. ``desk.outbox.answer(row.id)`` is the Pause, with who ended it.

    Raises AlreadyOnItsWay.
    """
    return await ask(desk, Verb.RESUME, recipient_id, pause_id, None)
