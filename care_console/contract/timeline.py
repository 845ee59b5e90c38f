"""One timeline of everything that happened around a recipient, newest first."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from care_console.contract.base import Instant, Page, Reply
from care_console.contract.charges import ChargeState, PaymentMethod, RefundReason, RefundState
from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.contract.decisions import ApprovalStanding
from care_console.contract.messages import PreviewReason
from care_console.contract.money import Cents


class EntryKind(StrEnum):
    """The kinds of entries, and the filter chips."""

    MESSAGE = "message"
    TEXT = "text"
    LINK = "link"
    VISIT = "visit"
    PLAY = "play"
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    CONSENT = "consent"
    NOTE = "note"
    PREVIEW = "preview"
    CONTACT = "contact"


class _Entry(Reply):
    id: str
    at: Instant
    message_id: str | None = None


class MessageEntry(_Entry):
    """A message was recorded."""

    kind: Literal[EntryKind.MESSAGE] = EntryKind.MESSAGE
    sender_name: str
    facility_name: str
    seconds: int
    price_cents: Cents
    privileged: bool
    has_sound: bool
    imported_id: str | None


class TextEntry(_Entry):
    """A text went out or came in. `body` is a stranger's words: plain text."""

    kind: Literal[EntryKind.TEXT] = EntryKind.TEXT
    direction: Literal["in", "out"]
    text_kind: str
    status: str
    body: str


class LinkEntry(_Entry):
    """A link was issued; `revoked_at` when a newer one took its place."""

    kind: Literal[EntryKind.LINK] = EntryKind.LINK
    code: str
    expires_at: Instant
    revoked_at: Instant | None
    issued_by: str
    reason: str | None = None


class VisitEntry(_Entry):
    """The page behind a link was opened."""

    kind: Literal[EntryKind.VISIT] = EntryKind.VISIT
    link_id: str


class PlayEntry(_Entry):
    """The sound was played for so many seconds of its length."""

    kind: Literal[EntryKind.PLAY] = EntryKind.PLAY
    seconds_played: int
    seconds: int


class ChargeEntry(_Entry):
    """A charge. `refunded_cents` counts what holds money, settled or on its way."""

    kind: Literal[EntryKind.CHARGE] = EntryKind.CHARGE
    amount_cents: Cents
    method: PaymentMethod
    brand: str | None
    last4: str | None
    state: ChargeState
    refunded_cents: Cents
    imported_id: str | None


class RefundEntry(_Entry):
    """A refund and where it stands."""

    kind: Literal[EntryKind.REFUND] = EntryKind.REFUND
    charge_id: str
    amount_cents: Cents
    state: RefundState
    reason: RefundReason
    requested_by: str
    sends_at: Instant | None = None
    failure: str | None = None
    approval: ApprovalStanding | None = None


class DisputeEntry(_Entry):
    """The cardholder disputed a charge with the bank."""

    kind: Literal[EntryKind.DISPUTE] = EntryKind.DISPUTE
    charge_id: str
    amount_cents: Cents
    status: str


class ConsentEntry(_Entry):
    """The number was opted out or in, or held, or an opt-out was corrected, as `actor` had asked.

    `correction`: that somebody asked for an opt-out to be corrected, and what another person said.
    """

    kind: Literal[EntryKind.CONSENT] = EntryKind.CONSENT
    event: Literal["opt_out", "opt_in", "hold", "correction"]
    state: ConsentState
    channel: ConsentChannel
    words: str
    actor: str
    approved_by: str | None = None
    correction: ApprovalStanding | None = None


class NoteEntry(_Entry):
    """Somebody at the desk wrote a note."""

    kind: Literal[EntryKind.NOTE] = EntryKind.NOTE
    text: str
    actor: str


class PreviewEntry(_Entry):
    """Somebody at the desk heard the message, and why."""

    kind: Literal[EntryKind.PREVIEW] = EntryKind.PREVIEW
    reason: PreviewReason
    actor: str


class ContactEntry(_Entry):
    """A call to care: why they called, how it ended, how many seconds it took."""

    kind: Literal[EntryKind.CONTACT] = EntryKind.CONTACT
    reason: str | None = None
    disposition: str
    seconds: int | None = None
    actor: str


TimelineEntry = Annotated[
    MessageEntry
    | TextEntry
    | LinkEntry
    | VisitEntry
    | PlayEntry
    | ChargeEntry
    | RefundEntry
    | DisputeEntry
    | ConsentEntry
    | NoteEntry
    | PreviewEntry
    | ContactEntry,
    Field(discriminator="kind"),
]


class TimelinePage(Page[TimelineEntry]):
    """`GET /v1/recipients/{id}/timeline`."""
