"""Writing down a call that was wrapped up."""

from __future__ import annotations

from sqlalchemy import insert, select

from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.contacts import Contact, ContactRequest
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.contacts.tables import contacts
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import not_found
from care_console.service.recipients.tables import notes, recipients


async def record_contact(ctx: Context, recipient_id: int, asked: ContactRequest) -> Contact:
    """Write a call and its note, together or neither; they are never changed afterwards.

    A desk's clock that is wrong refuses no call: its moments are brought into the order that they must have.
    """
    found = await ctx.connection.execute(select(recipients.c.id).where(recipients.c.id == recipient_id))
    if found.first() is None:
        raise not_found("recipient", recipient_id)
    ended_at = min(asked.ended_at, ctx.now)
    values = {
        "recipient_id": recipient_id,
        "reason": asked.reason.value,
        "disposition": asked.disposition.value,
        "note_id": await _write_note(ctx, recipient_id, asked.note),
        "began_at": min(asked.began_at, ended_at),
        "ended_at": ended_at,
        "call_id": asked.call_id or None,
        "actor": ctx.actor.name,
    }
    query = insert(contacts).values(values).returning(contacts.c.id)
    contact_id = (await ctx.connection.execute(query)).scalar_one()
    details: dict[str, Json] = {
        "contact": str(contact_id),
        "reason": asked.reason.value,
        "disposition": asked.disposition.value,
    }
    await record(ctx, Action.CONTACT_RECORDED, f"recipient:{recipient_id}", details=details)
    await announce(ctx, ChangeKind.RECIPIENT, recipient_id, recipient_id=recipient_id)
    note_id = values["note_id"]
    told = values | {
        "id": str(contact_id),
        "recipient_id": str(recipient_id),
        "note": asked.note,
        "note_id": None if note_id is None else str(note_id),
    }
    return Contact.model_validate(told)


async def _write_note(ctx: Context, recipient_id: int, text: str) -> int | None:
    """The note's row; its own entry stands beside the call's. None for an empty one."""
    if not text:
        return None
    values = {"recipient_id": recipient_id, "text": text, "at": ctx.now, "actor": ctx.actor.name}
    query = insert(notes).values(values).returning(notes.c.id)
    note_id: int = (await ctx.connection.execute(query)).scalar_one()
    await record(ctx, Action.NOTE_WRITTEN, f"recipient:{recipient_id}", details={"note": str(note_id)})
    return note_id
