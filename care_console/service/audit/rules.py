"""Writing an entry: in the transaction of what it tells of. No entry, no action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import text

from care_console.contract.audit import Action, Outcome
from care_console.evidence.entries import Entry, Json, canonical_bytes, written_time
from care_console.service.audit.ids import new_entry_id
from care_console.service.foundation.context import Context

_INTO = "entry_id, at, actor, action, outcome, subject, origin, leaf"
_INSERT = f"""
    INSERT INTO audit_entries ({_INTO})
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


def counted_entry(action: Action, counted: str, count: str = "count(*)") -> str:
    """The SQL of an entry that is written by the very statement that finds what it counts: an `INSERT`.

    `counted` is what a `FROM` may name: its rows are counted, by `count` as the entry has it, and of none
    nothing is told. The values are those of `counted_values`.
    """
    leaf = f"convert_to(CAST(:leaf_before AS text) || {count} || CAST(:leaf_after AS text), 'UTF8')"
    return f"""
        INSERT INTO audit_entries ({_INTO})
        SELECT CAST(:entry_id AS uuid), CAST(:at AS timestamptz), :actor, '{action.value}',
               '{Outcome.DONE.value}', :subject, :origin, {leaf}
        FROM {counted} HAVING count(*) > 0 AND set_config('synchronous_commit', 'off', true) = 'off'
    """  # noqa: S608 - put together from our own constants alone


def counted_values(
    ctx: Context, action: Action, subject: str, counted: str, details: Mapping[str, str]
) -> dict[str, object]:
    """The values of a `counted_entry`; `counted` is the name of the number among its details."""
    # As text, since the entry's bytes have them so: the driver takes as long to write them once more.
    entry_id, at, actor, origin = str(new_entry_id()), written_time(ctx.now), ctx.actor.name, ctx.origin
    head, middle, behind, tail = _leaf(action, actor, subject, origin, counted, tuple(details.items()))
    return {
        "entry_id": entry_id,
        "at": at,
        "actor": actor,
        "subject": subject,
        "origin": origin,
        "leaf_before": f"{head}{at}{middle}",
        "leaf_after": f"{behind}{entry_id}{tail}",
    }


_NO_ID, _NO_TIME, _NO_NUMBER = UUID(int=0), datetime.min.replace(tzinfo=UTC), 2**53 - 1


@lru_cache(1_000)
def _leaf(
    action: Action, actor: str, subject: str, origin: str, counted: str, details: tuple[tuple[str, str], ...]
) -> tuple[str, str, str, str]:
    """What of an entry's bytes stands before its time, on to its number, on to its id, and behind that.

    One session's searches differ in these alone.
    """
    known: dict[str, Json] = {**dict(details), counted: _NO_NUMBER}
    entry = Entry(_NO_ID, _NO_TIME, actor, action, Outcome.DONE, subject, origin, known)
    leaf = canonical_bytes(entry).decode()
    # Inside any text of the entry the quotes of these would be escaped: each stands there once.
    head, rest = leaf.split(f'"at":"{written_time(_NO_TIME)}"')
    middle, rest = rest.split(f'"{counted}":{_NO_NUMBER}')
    behind, tail = rest.split(f'"id":"{_NO_ID}"')
    return f'{head}"at":"', f'"{middle}"{counted}":', f'{behind}"id":"', f'"{tail}'


def _values(
    ctx: Context, action: Action, subject: str, outcome: Outcome, details: Mapping[str, Json]
) -> dict[str, Any]:
    entry_id = new_entry_id()
    entry = Entry(entry_id, ctx.now, ctx.actor.name, action, outcome, subject, ctx.origin, details)
    return {
        "entry_id": entry_id,
        "at": ctx.now,
        "actor": ctx.actor.name,
        "action": action.value,
        "outcome": outcome.value,
        "subject": subject,
        "origin": ctx.origin,
        "leaf": canonical_bytes(entry),
    }
