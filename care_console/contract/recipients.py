"""A recipient's story: who, consent, one sentence, the open messages, what may be done and why not."""

from __future__ import annotations

from enum import StrEnum

from care_console.contract.base import Bilingual, Instant, Reply, Request, WrittenText
from care_console.contract.consent import Consent
from care_console.contract.limits import RefundLimits
from care_console.contract.messages import Diagnosis
from care_console.contract.money import Cents
from care_console.contract.pauses import Pause
from care_console.contract.texts import OutOfReach


class Act(StrEnum):
    """Something that can be done from a story."""

    OPT_OUT = "opt_out"
    REISSUE = "reissue"
    REFUND = "refund"
    PREVIEW = "preview"
    NOTE = "note"


class Possibility(Reply):
    """Whether this person may do something on this story now, and if not, why not (a sentence)."""

    act: Act
    allowed: bool
    why_not: str | None = None


class PersonOnNumber(Reply):
    """Another recipient with the same phone."""

    id: str
    name: str


class OpenMessage(Reply):
    """A message that may be what the call is about: recent, or with money or a link that still matters."""

    id: str
    imported_id: str | None
    sender_name: str
    facility_name: str
    recorded_at: Instant
    seconds: int
    price_cents: Cents
    expires_at: Instant | None
    privileged: bool
    has_sound: bool
    diagnosis: Diagnosis


class RefundBudget(Reply):
    """How much this person may still refund without asking, in cents: to this caller today, in this shift.

    `limits` is how much that is at the most, and what else asks for another person.
    """

    caller_day_left_cents: Cents
    shift_left_cents: Cents
    limits: RefundLimits | None = None


class RecipientStory(Reply):
    """`GET /v1/recipients/{id}`. `zones`: the time zones (IANA) that its number tells of, if any.

    `out_of_reach`: the last texts to the number did not arrive; null where they do. `paused`: the pause of
    the number, while one lasts. `prepaid_cents`: what the number's prepaid account holds; null where there is
    none.
    """

    id: str
    imported_id: str | None
    phone: str
    name: str
    language: str
    since: Instant
    version: int
    consent: Consent
    consent_history: list[Consent]
    story: Bilingual
    on_this_number: list[PersonOnNumber]
    open_messages: list[OpenMessage]
    may: list[Possibility]
    refund_budget: RefundBudget | None = None
    zones: tuple[str, ...] = ()
    out_of_reach: OutOfReach | None = None
    paused: Pause | None = None
    prepaid_cents: Cents | None = None


class NoteRequest(Request):
    """`POST /v1/recipients/{id}/notes`."""

    text: WrittenText


class Note(Reply):
    """A note that somebody at the desk wrote."""

    id: str
    recipient_id: str
    text: str
    at: Instant
    actor: str
