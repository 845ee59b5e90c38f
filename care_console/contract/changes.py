"""What can change under a desk's eyes: the events of ``GET /v1/events``."""

from __future__ import annotations

from enum import StrEnum

from care_console.contract.base import Reply


class ChangeKind(StrEnum):
    """The event's name: the noun that changed."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    REFUND = "refund"
    CONSENT = "consent"
    APPROVAL = "approval"
    SESSION = "session"


class Change(Reply):
    """An event's data. `version` only grows; a desk that holds it or a later one need not ask again."""

    id: str
    version: int
    recipient_id: str | None = None
