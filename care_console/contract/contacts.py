"""A call to care: why they called, what came of it, and the note on it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from care_console.contract.base import FreeText, Instant, Reply, Request

CallId = Annotated[FreeText, StringConstraints(max_length=128)]
"""How a softphone names a call."""


class CallReason(StrEnum):
    """What the caller needs, by Ctrl+1 to Ctrl+7."""

    CANNOT_HEAR = "cannot_hear"
    NO_LINK = "no_link"
    CHARGED_TWICE = "charged_twice"
    STOP = "stop"
    WHAT_CHARGE = "what_charge"
    EXPIRED = "expired"
    OTHER = "other"


class Disposition(StrEnum):
    """What came of the call. A refund that was asked for is no more than that until the bank has said so."""

    REFUND_ASKED = "refund_asked"
    AWAITS_APPROVAL = "awaits_approval"
    LINK_SENT = "link_sent"
    TEXTS_STOPPED = "texts_stopped"
    EXPLAINED = "explained"
    UNRESOLVED = "unresolved"


class ContactRequest(Request):
    """`POST /v1/recipients/{id}/contacts`. An empty `note` writes none.

    Both moments are the desk's; where its clock is ahead of the service's, the service's counts.
    """

    reason: CallReason
    disposition: Disposition
    note: FreeText = ""
    began_at: Instant
    ended_at: Instant
    call_id: CallId | None = None


class Contact(Reply):
    """A call to care, as it was recorded."""

    id: str
    recipient_id: str
    reason: CallReason
    disposition: Disposition
    note: str
    note_id: str | None
    began_at: Instant
    ended_at: Instant
    call_id: str | None
    actor: str
