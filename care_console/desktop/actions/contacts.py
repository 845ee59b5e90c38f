"""Wrapping up a call."""

from __future__ import annotations

from datetime import datetime

from care_console.contract.contacts import CallReason, ContactRequest, Disposition
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def wrap_up(
    desk: Desk,
    *,
    recipient_id: str,
    reason: CallReason,
    disposition: Disposition,
    note: str,
    began_at: datetime,
    ended_at: datetime,
    call_id: str | None = None,
) -> PendingAction:
    """Record a call and its note. The call's draft is gone with it, so it is not offered again.

    Raises pydantic's ValidationError for a card number in the note.
    """
    body = ContactRequest(
        reason=reason,
        disposition=disposition,
        note=note,
        began_at=min(began_at, ended_at),
        ended_at=ended_at,
        call_id=call_id,
    )
    return await ask(desk, Verb.CONTACT, recipient_id, recipient_id, body)
