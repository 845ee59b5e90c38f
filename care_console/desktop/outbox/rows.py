"""The outbox's rows on disk. Each function works within its caller's transaction."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update

from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.store.store import Draft, remove_draft, write_draft
from care_console.desktop.store.tables import drafts, outbox

_log = logging.getLogger(__name__)


def load(connection: Connection) -> list[PendingAction]:
    """All rows, in the order in which they were asked for.

    One that this version does not understand (a later one wrote it) stays on disk, and keeps none from going.
    """
    found = []
    for row in connection.execute(select(outbox).order_by(outbox.c.place)):
        try:
            found.append(_action(row))
        except (ValueError, TypeError, AttributeError) as failure:
            _log.error("a row of the outbox is not understood (%s)", type(failure).__name__)
    return found


def count(connection: Connection) -> int:
    """How many rows there are, understood or not."""
    return connection.execute(select(func.count()).select_from(outbox)).scalar_one()


def take_in(connection: Connection, action: PendingAction) -> None:
    """Write a row; its draft, and refusals of the same thing before it, are gone with that."""
    connection.execute(
        delete(outbox).where(
            outbox.c.verb == action.verb.value,
            outbox.c.subject_id == action.subject_id,
            outbox.c.state == PendingState.REFUSED.value,
        )
    )
    connection.execute(insert(outbox).values(id=str(action.id), **_values(action)))
    remove_draft(connection, action.verb.value, action.subject_id)


def save(connection: Connection, action: PendingAction) -> None:
    """Write where a row stands now."""
    connection.execute(update(outbox).where(outbox.c.id == str(action.id)).values(**_values(action)))


def refuse(connection: Connection, action: PendingAction) -> None:
    """Write a refused row, and make it a draft again, its reason with it."""
    save(connection, action)
    _back_to_draft(connection, action)


def take_back(connection: Connection, *actions: PendingAction) -> None:
    """Remove rows that never left, and make them drafts again."""
    remove(connection, *actions)
    for action in actions:
        _back_to_draft(connection, replace(action, problem=None))


def remove(connection: Connection, *actions: PendingAction) -> None:
    """Remove rows that are done with."""
    connection.execute(delete(outbox).where(outbox.c.id.in_([str(action.id) for action in actions])))


def _back_to_draft(connection: Connection, action: PendingAction) -> None:
    """What was begun about the same thing since then is left as it is, and only told why."""
    if action.verb is Verb.WITHDRAW_REFUND:
        return
    here = (drafts.c.kind == action.verb.value, drafts.c.subject_id == action.subject_id)
    if connection.execute(select(drafts.c.kind).where(*here)).first() is not None:
        connection.execute(update(drafts).where(*here).values(problem=action.problem))
        return
    draft = Draft(action.verb.value, action.subject_id, action.body, datetime.now(UTC), action.problem)
    write_draft(connection, draft)


def _values(action: PendingAction) -> dict[str, Any]:
    return {
        "verb": action.verb.value,
        "recipient_id": action.recipient_id,
        "subject_id": action.subject_id,
        "body": dict(action.body),
        "state": action.state.value,
        "asked_by": action.asked_by,
        "created_at": action.created_at,
        "problem": action.problem,
        "maybe_arrived": action.maybe_arrived,
    }


def _action(row: Any) -> PendingAction:
    return PendingAction(
        id=UUID(row.id),
        verb=Verb(row.verb),
        recipient_id=row.recipient_id,
        subject_id=row.subject_id,
        body=row.body,
        state=PendingState(row.state),
        asked_by=row.asked_by,
        created_at=row.created_at,
        problem=row.problem,
        maybe_arrived=row.maybe_arrived,
    )
