"""Writing down what happened."""

from __future__ import annotations

from care_console.contract.recipients import NoteRequest
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def write_note(desk: Desk, *, recipient_id: str, text: str) -> PendingAction:
    """Add a note to a story. Raises pydantic's ValidationError for empty text or a card number in it."""
    return await ask(desk, Verb.NOTE, recipient_id, recipient_id, NoteRequest(text=text))
