"""The closed list of problems the service answers with (RFC 9457). Their `type` never changes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from care_console.contract.base import Reply

TYPE_PREFIX = "urn:mvm:problem:"


class ProblemType(StrEnum):
    """What kind of trouble it is; the wire has it behind ``urn:mvm:problem:``."""

    # the request
    MALFORMED = "malformed"
    KEY_MISSING = "idempotency-key-missing"
    KEY_REUSED = "idempotency-key-reused"
    NOT_FOUND = "not-found"
    CARD_NUMBER = "card-number-in-text"
    CURSOR = "unusable-cursor"
    # who asks
    SIGN_IN_FAILED = "sign-in-failed"
    NOT_SIGNED_IN = "not-signed-in"
    SESSION_EXPIRED = "session-expired"
    FORBIDDEN = "forbidden"
    OWN_REQUEST = "own-request"
    TOO_MANY_TRIES = "too-many-tries"
    NOT_A_KEY = "not-a-facility-key"
    RATE_LIMITED = "rate-limited"
    # what is asked
    CHARGE_CHANGED = "charge-changed"
    OVER_REFUND = "over-refund"
    CHARGE_NOT_REFUNDABLE = "charge-not-refundable"
    CHARGE_DISPUTED = "charge-disputed"
    REFUND_IN_PROGRESS = "refund-in-progress"
    TOO_LATE_TO_WITHDRAW = "too-late-to-withdraw"
    NEEDS_APPROVAL = "needs-approval"
    ALREADY_DECIDED = "already-decided"
    MESSAGE_HAS_NO_SOUND = "message-has-no-sound"
    NO_LOUDER_COPY = "no-louder-copy"
    PRIVILEGED = "privileged-message"
    PREVIEW_EXPIRED = "preview-expired"
    NO_RECEIPT = "no-receipt"
    RECEIPT_WAITS = "receipt-on-its-way"
    LINK_NOT_REISSUABLE = "link-not-reissuable"
    NOT_A_US_PHONE = "not-a-us-phone"
    NOT_CORRECTABLE = "opt-out-not-correctable"
    STALE_REQUEST = "request-overtaken"
    # what a facility sends
    NOT_A_MOBILE = "not-a-mobile-number"
    NUMBER_OPTED_OUT = "number-opted-out"
    NUMBER_HELD = "number-held"
    NUMBER_PAUSED = "number-paused"
    NUMBER_UNDELIVERABLE = "number-undeliverable"
    FACILITY_PAUSED = "facility-paused"
    RECORDING_SILENT = "recording-silent"
    RECORDING_TOO_LONG = "recording-too-long"
    RECORDING_TOO_SHORT = "recording-too-short"
    RECORDING_TOO_LARGE = "recording-too-large"
    RECORDING_UNUSABLE = "recording-unusable"
    RECORDER_ID_REUSED = "recorder-id-reused"
    # pauses
    ALREADY_PAUSED = "already-paused"
    ALREADY_HELD = "sound-already-held"
    # ours
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"

    @property
    def uri(self) -> str:
        """The `type` member as it stands on the wire."""
        return TYPE_PREFIX + self.value


class ProblemReply(Reply):
    """A problem document. `detail` is a sentence for the person at the desk, saying if anything was done."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    fields: dict[str, Any] | None = None

    @property
    def kind(self) -> ProblemType | None:
        """The problem's type from our list; None for one that is not ours (a proxy's, say)."""
        name = self.type.removeprefix(TYPE_PREFIX)
        return ProblemType(name) if name in set(ProblemType) else None
