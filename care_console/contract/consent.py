"""Whether a number may be texted, and how it came to be so."""

from __future__ import annotations

from enum import StrEnum

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
    """A row of the opt-out log."""

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
