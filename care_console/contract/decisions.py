"""The two answers to what was asked for, and how it stands with one."""

from __future__ import annotations

from enum import StrEnum

from care_console.contract.base import Instant, Reply


class Decision(StrEnum):
    """The two answers."""

    APPROVE = "approve"
    DECLINE = "decline"


class ApprovalStanding(Reply):
    """How it stands with the approval that something needed; `decision` is null while it waits."""

    id: str
    why: str
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    note: str = ""
