"""Writing an entry: in the transaction of what it tells of. No entry, no action."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import text

from care_console.contract.audit import Action, Outcome
from care_console.evidence.entries import Entry, Json, canonical_bytes
from care_console.service.foundation.context import Context
from care_console.service.foundation.quick import QuickConnection

_INSERT = """
    INSERT INTO audit_entries (entry_id, at, actor, action, outcome, subject, origin, leaf)
    SELECT :entry_id, :at, :actor, :action, :outcome, :subject, :origin, :leaf
"""
_ENTRY = text(_INSERT)
# It is committed all the same, with whatever else is in its transaction; only the disk is not waited for.
_LIGHT_ENTRY = text(f"{_INSERT} WHERE set_config('synchronous_commit', 'off', true) = 'off'")


async def record(
    ctx: Context,
    action: Action,
    subject: str,
    *,
    outcome: Outcome = Outcome.DONE,
    details: Mapping[str, Json] | None = None,
    waits_for_disk: bool = True,
) -> None:
    """Write one entry. `subject` is ``noun:id``; `details` holds no names, texts or phone numbers in full
    but where the entry is evidence of them (an opt-out's number and words).

    Without `waits_for_disk` the transaction's commit is on the disk half a second later (decision 0010).
    """
    entry = Entry(uuid4(), ctx.now, ctx.actor.name, action, outcome, subject, ctx.origin, details or {})
    values = {
        "entry_id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "action": str(entry.action),
        "outcome": str(entry.outcome),
        "subject": entry.subject,
        "origin": entry.origin,
        "leaf": canonical_bytes(entry),
    }
    statement = _ENTRY if waits_for_disk else _LIGHT_ENTRY
    if isinstance(ctx.connection, QuickConnection):
        ctx.connection.write_with_next((statement, values))  # it is flushed before the answer
    else:
        await ctx.connection.execute(statement, values)
