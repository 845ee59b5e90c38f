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
    PRESENCE = "presence"
    PAUSE = "pause"
    FACILITY = "facility"


class Change(Reply):
    """An event's data. `version` grows with each event of a service, in the order of commits.

    `yours`: what this session did made the change, so its own answer tells of it already.
    """

    id: str
    version: int
    recipient_id: str | None = None
    yours: bool = False
