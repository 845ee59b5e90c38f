"""Deciding what somebody else asked for, and taking back what one asked for oneself.

Never queued: a decision is on what is seen now, with a caller on the line. The key is made of the decision
itself, so that pressing again after a lost answer is the same decision.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from care_console.contract.approvals import Approval, Decision, DecisionRequest
from care_console.desktop.backend.failures import AnswerLost
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk
from care_console.desktop.queries.approvals import read_approval


async def decide(desk: Desk, approval_id: str, decision: Decision, note: str) -> Approval:
    """Approve or decline. An answer that is lost is looked for by reading.

    Raises BackendFailure, and pydantic's ValidationError for a card number in the note.
    """
    body = DecisionRequest(decision=decision, note=note)
    login = desk.session.staff.login if desk.session.staff else ""
    place = path("approvals", approval_id, "decision")
    key = uuid5(NAMESPACE_URL, "\n".join((desk.backend.server, place, login, decision.value, body.note)))
    try:
        return await desk.backend.post(place, body, Approval, key=key)
    except AnswerLost:
        found = await read_approval(desk, approval_id)
        if found.decided_by == login and found.decision is decision:
            return found
        raise


async def take_back(desk: Desk, approval_id: str) -> Approval:
    """Take back what one asked for oneself, while nobody has decided it. Raises BackendFailure."""
    return await desk.backend.delete(path("approvals", approval_id), Approval)
