"""Whether a number may be texted, and how it came to be so."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from care_console.contract.base import E164, Instant, Reply, Request, WrittenText


class ConsentState(StrEnum):
    """Whether a number is texted. A HOLD suppresses like an opt-out, and waits for a person."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    HELD = "held"


class ConsentChannel(StrEnum):
    """By which way the words came."""

    SMS = "sms"
    CARE_CALL = "care_call"
    WEB = "web"
    CARRIER = "carrier"
    COMPLAINT = "complaint"


class Consent(Reply):
    """Where a number stands. `since` and `channel` are null for one that never said anything."""

    state: ConsentState
    since: Instant | None = None
    channel: ConsentChannel | None = None
    scope: str = "all"
    words: str | None = None


class OptOutRequest(Request):
    """`POST /v1/opt-outs`: what the caller said, when, and on which call."""

    phone: E164
    channel: ConsentChannel = ConsentChannel.CARE_CALL
    words: WrittenText
    received_at: Instant
    call_id: str | None = Field(default=None, max_length=128)


class OptOut(Reply):
    """A row of the opt-out log: what was said, and its evidence.

    `provider_message_id`: the carrier's id of the text with the words; `confirmation_id`: the carrier's id of
    the one text that confirmed it, `confirmation_seconds` after the words came (47 CFR 64.1200(a)(12): at
    most 300). All three are null where no such text is on file. `imported_id`: the old system's own id.
    """

    id: str
    phone: str
    state: ConsentState
    channel: ConsentChannel
    words: str
    received_at: Instant
    effective_at: Instant
    actor: str
    scope: str = "all"
    texts_cancelled: int = 0
    call_id: str | None = None
    provider_message_id: str | None = None
    confirmation_id: str | None = None
    confirmation_seconds: int | None = None
    imported_id: str | None = None


class ConsentEvent(Reply):
    """One thing that a number said, or that was put right about it."""

    id: str
    event: Literal["opt_out", "opt_in", "hold", "correction"]
    channel: ConsentChannel
    words: str
    at: Instant
    actor: str


class CancelledText(Reply):
    """A text that waited to go out and never did, because of an opt-out."""

    id: str
    kind: str
    queued_at: Instant
    message_id: str | None = None


class CorrectionAsked(Reply):
    """That somebody asked for a row to be corrected, and what another person said; null while it waits."""

    approval_id: str
    requested_by: str
    requested_at: Instant
    why: str
    decision: str | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None


class OptOutEvidence(Reply):
    """`GET /v1/opt-outs/{id}`: a row with all that stands around it.

    `stands`: where the number stands now. `history`: everything that the number ever said, newest first, at
    most 200; `history_total` says how many there are. `recipient_id`: who is known by the number, if anybody.
    """

    opt_out: OptOut
    stands: Consent
    history: list[ConsentEvent]
    history_total: int
    cancelled_texts: list[CancelledText]
    correction: CorrectionAsked | None = None
    recipient_id: str | None = None
