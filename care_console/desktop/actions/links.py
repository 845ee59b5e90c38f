"""A new link in the place of the old one."""

from __future__ import annotations

from care_console.contract.messages import ReissueReason, ReissueRequest
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def reissue(desk: Desk, *, message_id: str, recipient_id: str, reason: ReissueReason) -> PendingAction:
    """Ask for a new link; the old one dies with it. ``desk.outbox.answer(row.id)`` is the ReissuedLink.

    Raises AlreadyOnItsWay.
    """
    return await ask(desk, Verb.REISSUE, recipient_id, message_id, ReissueRequest(reason=reason))
