"""The texts of a number, out and in: what each says, what became of it, and how a reply was read."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from care_console.contract.base import Instant, Page, Reply
from care_console.contract.pauses import Pause


class TextState(StrEnum):
    """What became of a text.

    `in_doubt`: it may be at the carrier. `expired`: it was worth nothing any more before it could go.
    `suppressed`: the number was opted out or held, so it never went. `cancelled`: its link had ended.
    """

    RECEIVED = "received"
    QUEUED = "queued"
    WITHHELD = "withheld"
    IN_DOUBT = "in_doubt"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"


class TextReading(Reply):
    """What a text that came in was taken for, by which rule of which rule set."""

    outcome: Literal["stop", "hold", "help", "start", "none"]
    rule: str
    rule_set: str


class NumberText(Reply):
    """A text to or from a number. `body` is plain text; in one that came in, card numbers are masked.

    `why`: what a carrier answered, or why it did not go. `goes_at`: from when one that waits may go, and
    `not_after` until when. `sender_name`: whose message it tells of. `reading` is null for a text out, and
    for one that the old system had read.
    """

    id: str
    direction: Literal["in", "out"]
    kind: str
    state: TextState
    body: str
    at: Instant
    goes_at: Instant | None = None
    not_after: Instant | None = None
    handed_at: Instant | None = None
    why: str | None = None
    message_id: str | None = None
    sender_name: str | None = None
    reading: TextReading | None = None


class OutOfReach(Reply):
    """The last texts to a number did not arrive: how often in a row, what the carrier said last, and when.

    No recording is taken for it until `until`, or until it shows life, or somebody at the desk says that it
    works again.
    """

    failures: int
    answer: str
    at: Instant
    until: Instant


class NumberTexts(Page[NumberText]):
    """`GET /v1/recipients/{id}/texts`: the texts of the recipient's number, newest first."""

    phone: str
    out_of_reach: OutOfReach | None = None
    paused: Pause | None = None


class ReachCleared(Reply):
    """`POST /v1/recipients/{id}/reach`: the number counts as in reach; `was_marked`: until now it did not."""

    recipient_id: str
    was_marked: bool
