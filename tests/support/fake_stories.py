"""A story and a message that fit the contract, for services that hold none of their own."""

from __future__ import annotations

from datetime import UTC, datetime

from care_console.contract.base import Bilingual
from care_console.contract.consent import Consent, ConsentState
from care_console.contract.messages import Diagnosis, Facility, Message, Offer, OfferKind, Sender, Verdict
from care_console.contract.recipients import RecipientStory

NAME = "Maria Quintanilla-Oyarzabal"
PHONE = "+12145550142"
_THEN = datetime(2026, 11, 20, 18, 2, tzinfo=UTC)


def a_story(id: str) -> RecipientStory:
    """Somebody with an unusual name, so that it can be looked for in files."""
    return RecipientStory(
        id=id,
        imported_id=None,
        phone=PHONE,
        name=NAME,
        language="es",
        since=_THEN,
        version=1,
        consent=Consent(state=ConsentState.OPTED_IN),
        consent_history=[],
        story=Bilingual(en=f"{NAME} paid and heard nothing.", es=f"{NAME} pagó y no oyó nada."),
        on_this_number=[],
        open_messages=[],
        may=[],
    )


def a_message(id: str) -> Message:
    """A message of hers."""
    return Message(
        id=id,
        imported_id=None,
        recipient_id="r1",
        sender=Sender(name="J. D.", booking_number="77"),
        facility=Facility(name="Dallas County", state="TX", timezone="America/Chicago"),
        recorded_at=_THEN,
        seconds=72,
        price_cents=399,
        privileged=False,
        has_sound=True,
        links=[],
        charges=[],
        plays=[],
        levels=None,
        diagnosis=Diagnosis(
            verdict=Verdict.PAID_NEVER_PLAYED,
            say=Bilingual(en="It was never played.", es="Nunca se escuchó."),
            offer=Offer(do=OfferKind.REISSUE),
        ),
    )
