"""Pausing a number or a facility, and resuming it."""

from __future__ import annotations

from care_console.contract.pauses import Pause, PauseRequest
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb
from care_console.desktop.queries.pauses import Pausable


async def pause(desk: Desk, thing: Pausable, reason: str) -> PendingAction:
    """Ask that something be paused. ``desk.outbox.answer(row.id)`` is the Pause.

    Raises AlreadyOnItsWay, and pydantic's ValidationError for a card number in the reason.
    """
    body = PauseRequest(phone=thing.phone, facility_id=thing.facility_id, reason=reason)
    return await ask(desk, Verb.PAUSE, thing.recipient_id, thing.subject_id, body)


async def resume(desk: Desk, thing: Pausable, lasts: Pause) -> PendingAction:
    """Ask that a pause be ended. ``desk.outbox.answer(row.id)`` is the Pause, with who ended it.

    Raises AlreadyOnItsWay.
    """
    return await ask(desk, Verb.RESUME, thing.recipient_id, lasts.id, None)
