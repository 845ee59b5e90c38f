"""A voice message: who sent it, its links, its charges, its plays, and what its sound is like."""

from __future__ import annotations

from enum import StrEnum

from care_console.contract.base import Bilingual, Instant, Reply, Request
from care_console.contract.charges import Charge, PaymentMethod
from care_console.contract.money import Cents, Currency


class Verdict(StrEnum):
    """What became of a message, from the facts alone."""

    NEVER_TEXTED = "never_texted"
    NOT_DELIVERED = "not_delivered"
    NEVER_OPENED = "never_opened"
    OPENED_NOT_PAID = "opened_not_paid"
    PAID_NEVER_PLAYED = "paid_never_played"
    PLAYED_LITTLE = "played_little"
    RECORDING_SILENT = "recording_silent"
    RECORDING_QUIET = "recording_quiet"
    RECORDING_CLIPPED = "recording_clipped"
    EXPIRED_UNHEARD = "expired_unheard"
    CHARGED_TWICE = "charged_twice"
    OPTED_OUT = "opted_out"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    FINE = "fine"


class ChargedTwice(StrEnum):
    """Which kind of two charges it is; `two_messages` is no duplicate."""

    SAME_MESSAGE_TWICE = "same_message_twice"
    RETRY_AFTER_FAILURE = "retry_after_failure"
    CARD_AND_PREPAID = "card_and_prepaid"
    TWO_MESSAGES = "two_messages"


class OfferKind(StrEnum):
    """What to offer the caller."""

    REISSUE = "reissue"
    REFUND = "refund"
    STOP = "stop"
    NONE = "none"


class OfferedCharge(Reply):
    """A charge to refund, and how much of it. In cents."""

    charge_id: str
    amount_cents: Cents


class Offer(Reply):
    """What to offer, and for a refund, which charges."""

    do: OfferKind
    charges: tuple[OfferedCharge, ...] = ()


class ChargeRole(StrEnum):
    """What a charge is, seen beside the others that a caller may take for the same one.

    `other_message`: a like amount by the same means, but for another message.
    """

    PAYMENT = "payment"
    DUPLICATE = "duplicate"
    OTHER_MESSAGE = "other_message"
    FAILED = "failed"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    GIVEN_BACK = "given_back"


class JudgedCharge(Reply):
    """One of the charges side by side. `left_cents`: what of it has neither gone back nor is on its way."""

    charge_id: str
    message_id: str
    charged_at: Instant
    amount_cents: Cents
    left_cents: Cents
    method: PaymentMethod
    brand: str | None
    last4: str | None
    role: ChargeRole


class ChargesJudged(Reply):
    """Every charge of a message and those that look like it, in the order of time, and what to say of it."""

    charges: tuple[JudgedCharge, ...]
    say: Bilingual


class Diagnosis(Reply):
    """The verdict on one message, the words to say, and what to offer.

    `charges` answers "I was charged twice", whatever the verdict; null where nothing was ever charged.
    """

    verdict: Verdict
    sub_kind: ChargedTwice | None = None
    say: Bilingual
    offer: Offer
    charges: ChargesJudged | None = None


class Levels(Reply):
    """What can be told of a recording without listening to it.

    Loudness in LUFS (EBU R128; null where there is only silence), true peak in dBFS, shares from 0 to 1,
    duration in seconds, `peaks` at most 400 whole numbers from 0 to 255, left to right.
    """

    duration_seconds: float
    loudness_lufs: float | None
    true_peak_dbfs: float | None
    silence_share: float
    clipping_share: float
    codec: str
    peaks: list[int]


class Sender(Reply):
    """Who recorded the message."""

    name: str
    booking_number: str


class Facility(Reply):
    """Where the message was recorded. `timezone` is an IANA name."""

    name: str
    state: str
    timezone: str


class Link(Reply):
    """A link that was texted: good from `issued_at` until `expires_at`, unless `revoked_at` came first."""

    id: str
    code: str
    issued_at: Instant
    expires_at: Instant
    revoked_at: Instant | None
    issued_by: str


class Play(Reply):
    """One play, and how many seconds of it were heard."""

    played_at: Instant
    seconds_played: int


class LouderCopy(StrEnum):
    """Whether a louder copy can be heard; an old system's recording has none."""

    NONE = "none"
    BEING_MADE = "being_made"
    CANNOT_BE_MADE = "cannot_be_made"
    READY = "ready"


class Message(Reply):
    """`GET /v1/messages/{id}`."""

    id: str
    imported_id: str | None
    recipient_id: str
    sender: Sender
    facility: Facility
    recorded_at: Instant
    seconds: int
    price_cents: Cents
    currency: Currency = "USD"
    privileged: bool
    has_sound: bool
    links: list[Link]
    charges: list[Charge]
    plays: list[Play]
    louder: LouderCopy = LouderCopy.NONE
    levels: Levels | None
    diagnosis: Diagnosis


class PreviewReason(StrEnum):
    """Why somebody at the desk hears a private message."""

    COULD_NOT_HEAR = "could_not_hear"
    WRONG_MESSAGE = "wrong_message"
    ABUSE_REPORT = "abuse_report"
    QUALITY = "quality"


class PreviewRequest(Request):
    """`POST /v1/messages/{id}/previews`. `louder`: the louder copy, instead of the usual one."""

    reason: PreviewReason
    louder: bool = False


class Preview(Reply):
    """Where the sound is: a path of the service, with the same bearer token, until `expires_at` (60 s)."""

    id: str
    url: str
    media_type: str
    expires_at: Instant


class ReissueReason(StrEnum):
    """Why a link is made anew."""

    EXPIRED = "expired"
    LOST = "lost"
    UNHEARD = "unheard"
    OTHER = "other"


class ReissueRequest(Request):
    """`POST /v1/messages/{id}/links`."""

    reason: ReissueReason


class TextPlan(Reply):
    """Whether a text goes to the recipient with the link, when, and if not, why not."""

    goes: bool
    at: Instant | None = None
    why_not: str | None = None


class ReissuedLink(Reply):
    """The new link. `spelled` is the code for reading aloud: ``H as in Hotel, 7, ...``."""

    id: str
    url: str
    code: str
    spelled: str
    expires_at: Instant
    text: TextPlan
