"""How each verb becomes a row of the outbox."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from care_console.contract.base import Request
from care_console.desktop.backend.failures import SignInNeeded
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb


async def ask(
    desk: Desk,
    verb: Verb,
    recipient_id: str | None,
    subject_id: str,
    body: Request | None,
    id: UUID | None = None,
) -> PendingAction:
    """Write what a person did to disk, and return it. An expired session keeps its person's name on it.

    Raises SignInNeeded where nobody ever signed in, and AlreadyOnItsWay.
    """
    staff = desk.session.staff
    if staff is None:
        raise SignInNeeded(expired=False)
    action = PendingAction(
        id=id or uuid4(),
        verb=verb,
        recipient_id=recipient_id,
        subject_id=subject_id,
        body=body.model_dump(mode="json") if body else {},
        state=PendingState.QUEUED,
        asked_by=staff.login,
        created_at=datetime.now(UTC),
    )
    return await desk.outbox.add(action)
