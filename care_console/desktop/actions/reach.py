"""Saying that a number that was out of reach works again."""

from __future__ import annotations

from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def clear_reach(desk: Desk, *, recipient_id: str) -> PendingAction:
    """Take the mark "out of reach" off a recipient's number. ``desk.outbox.answer(row.id)``: ReachCleared.

    Raises AlreadyOnItsWay.
    """
    return await ask(desk, Verb.CLEAR_REACH, recipient_id, recipient_id, None)
