"""What one person asked for and another decides."""

from __future__ import annotations

from enum import StrEnum

from care_console.contract.base import FreeText, Instant, Reply, Request


class ApprovalKind(StrEnum):
    """What is to be approved."""

    REFUND = "refund"
    CORRECTION = "correction"
    MAKE_GOOD = "make_good"


class Decision(StrEnum):
    """The two answers."""

    APPROVE = "approve"
    DECLINE = "decline"


class Approval(Reply):
    """Something asked for. `subject` is the id of the refund or opt-out; `why` says which limit it passed."""

    id: str
    kind: ApprovalKind
    subject: str
    recipient_id: str | None
    why: str
    requested_by: str
    requested_at: Instant
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    note: str = ""


class DecisionRequest(Request):
    """`POST /v1/approvals/{id}/decision`."""

    decision: Decision
    note: FreeText = ""
