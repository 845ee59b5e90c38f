"""Writing an entry: in the transaction of what it tells of. No entry, no action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import TextClause, text

from care_console.contract.audit import Action, Outcome
from care_console.evidence.entries import Entry, Json, canonical_bytes
from care_console.service.foundation.context import Context

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
    await ctx.connection.execute(*entry_of(ctx, action, subject, outcome, details or {}, waits_for_disk))


def entry_of(
    ctx: Context,
    action: Action,
    subject: str,
    outcome: Outcome = Outcome.DONE,
    details: Mapping[str, Json] | None = None,
    waits_for_disk: bool = True,
) -> tuple[TextClause, dict[str, Any]]:
    """The statement that writes an entry, and its values: for a round trip that it shares with others."""
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
    return (_ENTRY if waits_for_disk else _LIGHT_ENTRY), values
