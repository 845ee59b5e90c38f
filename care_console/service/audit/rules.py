"""Writing an entry: in the transaction of what it tells of. No entry, no action."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import insert

from care_console.contract.audit import Action, Outcome
from care_console.evidence.entries import Entry, Json, canonical_bytes
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import Context


async def record(
    ctx: Context,
    action: Action,
    subject: str,
    *,
    outcome: Outcome = Outcome.DONE,
    details: Mapping[str, Json] | None = None,
) -> None:
    """Write one entry. `subject` is ``noun:id``; `details` holds no names, texts or phone numbers in full
    but where the entry is evidence of them (an opt-out's number and words)."""
    entry = Entry(uuid4(), ctx.now, ctx.actor.name, action, outcome, subject, ctx.origin, details or {})
    await ctx.connection.execute(
        insert(audit_entries).values(
            entry_id=entry.id,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            outcome=entry.outcome,
            subject=entry.subject,
            origin=entry.origin,
            leaf=canonical_bytes(entry),
        )
    )
