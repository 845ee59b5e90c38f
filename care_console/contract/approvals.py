"""What one person asked for and another decides."""

from __future__ import annotations

from enum import StrEnum

from care_console.contract.base import FreeText, Instant, Reply, Request, WrittenText
from care_console.contract.charges import RefundReason
from care_console.contract.decisions import ApprovalStanding, Decision
from care_console.contract.money import Cents
from care_console.contract.roles import Permission, Role, may


class ApprovalKind(StrEnum):
    """What is to be approved."""

    REFUND = "refund"
    CORRECTION = "correction"
    MAKE_GOOD = "make_good"


class Approval(Reply):
    """Something asked for. `subject`: the id of the refund or opt-out; `why`: why a second person decides.

    `asked_note` is what the asker wrote, `note` what the decider did. `amount_cents`, `reason`, `charge_id`
    and `message_id` are a refund's, `words` an opt-out's. `why_not_approve`: what changed meanwhile, so that
    it can only be declined. An open request ends by itself at `expires_at`: then ``system`` is who took it
    back.
    """

    id: str
    kind: ApprovalKind
    subject: str
    recipient_id: str | None
    recipient_name: str = ""
    phone: str | None = None
    amount_cents: Cents | None = None
    reason: RefundReason | None = None
    charge_id: str | None = None
    message_id: str | None = None
    words: str | None = None
    why: str
    why_not_approve: str | None = None
    requested_by: str
    requested_at: Instant
    asked_note: str = ""
    expires_at: Instant
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    note: str = ""
    withdrawn_at: Instant | None = None
    withdrawn_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.decision is None and self.withdrawn_at is None


class CorrectionRequest(Request):
    """`POST /v1/opt-outs/{id}/corrections`: why the opt-out was a mistake. Another person decides."""

    reason: WrittenText


__all__ = [
    "Approval",
    "ApprovalKind",
    "ApprovalStanding",
    "CorrectionRequest",
    "Decision",
    "DecisionRequest",
    "why_not_decide",
]

OWN_REQUEST = "You asked for this yourself, so another person decides. Nothing was done."


def why_not_decide(approval_asked_by: str, login: str, role: Role) -> str | None:
    """Why this person does not decide it; None where they may. The rule of both programs."""
    if not may(role, Permission.DECIDE):
        return f"The role {role.value} decides nothing; a supervisor does. Nothing was done."
    return OWN_REQUEST if approval_asked_by == login else None


class DecisionRequest(Request):
    """`POST /v1/approvals/{id}/decision`."""

    decision: Decision
    note: FreeText = ""
