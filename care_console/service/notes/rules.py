"""Writing a note."""

from __future__ import annotations

from sqlalchemy import insert, select

from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.recipients import Note
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import not_found
from care_console.service.recipients.tables import notes, recipients


async def write_note(ctx: Context, recipient_id: int, text: str) -> Note:
    """Write a note on a recipient's story; it is never changed afterwards."""
    found = await ctx.connection.execute(select(recipients.c.id).where(recipients.c.id == recipient_id))
    if found.first() is None:
        raise not_found("recipient", recipient_id)
    values = {"recipient_id": recipient_id, "text": text, "at": ctx.now, "actor": ctx.actor.name}
    note_id = (await ctx.connection.execute(insert(notes).values(values).returning(notes.c.id))).scalar_one()
    await record(ctx, Action.NOTE_WRITTEN, f"recipient:{recipient_id}", details={"note": str(note_id)})
    await announce(ctx, ChangeKind.RECIPIENT, recipient_id, recipient_id=recipient_id)
    return Note(id=str(note_id), recipient_id=str(recipient_id), text=text, at=ctx.now, actor=ctx.actor.name)
