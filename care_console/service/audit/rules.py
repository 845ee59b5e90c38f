"""Writing an entry: in the transaction of what it tells of. No entry, no action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from care_console.contract.audit import Action, Outcome
from care_console.evidence.entries import Entry, Json, canonical_bytes
from care_console.service.foundation.context import Context

_COLUMNS = "entry_id, at, actor, action, outcome, subject, origin, leaf"
_INSERT = f"""
    INSERT INTO audit_entries ({_COLUMNS})
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
    values = _values(ctx, action, subject, outcome, details or {})
    statement = _ENTRY if waits_for_disk else _LIGHT_ENTRY
    await ctx.connection.write(statement, values)


_MARK = 2**53 - 1


def counted_entry(counted: str) -> str:
    """The SQL of an entry that is written by the very statement that finds what it counts: an `INSERT`.

    `counted` is what a `FROM` may name: its rows are counted, and of none nothing is told. The values are
    those of `counted_values`.
    """
    leaf = "convert_to(CAST(:leaf_before AS text) || count(*) || CAST(:leaf_after AS text), 'UTF8')"
    return f"""
        INSERT INTO audit_entries ({_COLUMNS})
        SELECT :entry_id, :at, :actor, :action, :outcome, :subject, :origin, {leaf}
        FROM {counted} HAVING count(*) > 0 AND set_config('synchronous_commit', 'off', true) = 'off'
    """  # noqa: S608 - put together from our own constants alone


def counted_values(
    ctx: Context, action: Action, subject: str, counted: str, details: Mapping[str, Json]
) -> dict[str, object]:
    """The values of a `counted_entry`; `counted` is the name of the number among its details."""
    values = _values(ctx, action, subject, Outcome.DONE, {**details, counted: _MARK})
    # Inside any string of the entry the quotes of such a name would be escaped: it stands there once.
    leaf = values.pop("leaf").decode()
    before, after = leaf.split(f'"{counted}":{_MARK}')
    return {**values, "leaf_before": f'{before}"{counted}":', "leaf_after": after}


def _values(
    ctx: Context, action: Action, subject: str, outcome: Outcome, details: Mapping[str, Json]
) -> dict[str, Any]:
    entry = Entry(uuid4(), ctx.now, ctx.actor.name, action, outcome, subject, ctx.origin, details)
    return {
        "entry_id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "action": str(entry.action),
        "outcome": str(entry.outcome),
        "subject": entry.subject,
        "origin": entry.origin,
        "leaf": canonical_bytes(entry),
    }
