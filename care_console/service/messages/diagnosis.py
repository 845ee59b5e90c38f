"""What became of a message, from the facts alone: one verdict, what to offer, and the words for it.

What is asked first matters most to the caller: money taken twice or in dispute, then a recording that nobody
could hear, then where the message got stuck on its way from the text to the ear.
"""

from __future__ import annotations

from collections.abc import Sequence

from care_console.contract.charges import PaymentMethod
from care_console.contract.consent import ConsentState
from care_console.contract.messages import (
    ChargedTwice,
    ChargesJudged,
    Diagnosis,
    JudgedCharge,
    Offer,
    OfferedCharge,
    OfferKind,
    Verdict,
)
from care_console.service.messages.charge_words import words_for_charges
from care_console.service.messages.duplicates import Judged, judge
from care_console.service.messages.facts import (
    ARRIVED,
    NEVER_LEFT,
    UNDER_WAY,
    ChargeFact,
    MessageFacts,
    SoundFact,
)
from care_console.service.messages.words import words_for

# Speech is rarely silent for more than half of its time; what is nearly all silence was never spoken.
SILENT_SHARE = 0.97
# Calls are mastered around -16 to -20 LUFS; below this a phone at full volume is hardly heard.
QUIET_LUFS = -35.0
# One sample in a hundred at full scale is audible distortion throughout.
CLIPPED_SHARE = 0.01
# Less than a quarter of a message is a try, not a hearing.
LITTLE_SHARE = 0.25

_FLAWS = (Verdict.RECORDING_SILENT, Verdict.RECORDING_QUIET, Verdict.RECORDING_CLIPPED)
_WANTS_A_LINK = (
    Verdict.NEVER_OPENED,
    Verdict.OPENED_NOT_PAID,
    Verdict.PAID_NEVER_PLAYED,
    Verdict.PLAYED_LITTLE,
    Verdict.FINE,
)


def diagnose(facts: MessageFacts) -> Diagnosis:
    """The verdict on one message, with its words, its offer, and its charges side by side."""
    judged = judge(facts)
    verdict = verdict_on(facts, judged)
    sub_kind = judged.kind if verdict is Verdict.CHARGED_TWICE else None
    offer = _offer(facts, verdict, judged)
    return Diagnosis(
        verdict=verdict,
        sub_kind=sub_kind,
        say=words_for(facts, verdict, judged, offer),
        offer=offer,
        charges=_side_by_side(facts, judged),
    )


def verdict_on(facts: MessageFacts, judged: Judged) -> Verdict:
    """The verdict alone."""
    if judged.duplicates:
        return Verdict.CHARGED_TWICE
    if any(charge.is_disputed for charge in facts.succeeded):
        return Verdict.DISPUTED
    if not facts.paid and any(charge.amount_cents for charge in facts.succeeded):
        by_a_bank = any(charge.is_given_back for charge in facts.succeeded)
        return Verdict.DISPUTED if by_a_bank else Verdict.REFUNDED
    flaw = flaw_of(facts.sound)
    if flaw is not None:
        return flaw
    plays = facts.paid or (facts.is_free and facts.was_opened)
    found = _verdict_to_hear(facts) if plays else _verdict_unpaid(facts)
    is_explained = found is Verdict.FINE and judged.kind is ChargedTwice.TWO_MESSAGES
    return Verdict.CHARGED_TWICE if is_explained else found


def flaw_of(sound: SoundFact | None) -> Verdict | None:
    """What is wrong with a recording; None for nothing, and for one that was never measured."""
    if sound is None:
        return None
    if not sound.was_levelled:
        if sound.loudness_lufs is None or sound.silence_share >= SILENT_SHARE:
            return Verdict.RECORDING_SILENT
        if sound.loudness_lufs < QUIET_LUFS:
            return Verdict.RECORDING_QUIET
    return Verdict.RECORDING_CLIPPED if sound.clipping_share >= CLIPPED_SHARE else None


def is_little(facts: MessageFacts) -> bool:
    """Whether the longest play of it was a try rather than a hearing."""
    return facts.heard_seconds < facts.seconds * LITTLE_SHARE


def _verdict_to_hear(facts: MessageFacts) -> Verdict:
    if not facts.seconds_played:
        return Verdict.EXPIRED_UNHEARD if facts.ended_at else Verdict.PAID_NEVER_PLAYED
    return Verdict.PLAYED_LITTLE if is_little(facts) else Verdict.FINE


def _verdict_unpaid(facts: MessageFacts) -> Verdict:
    if facts.consent is not ConsentState.OPTED_IN:
        return Verdict.OPTED_OUT
    left_us = facts.text_statuses - NEVER_LEFT
    if not left_us:
        return Verdict.OPENED_NOT_PAID if facts.was_opened else Verdict.NEVER_TEXTED
    if facts.was_opened:
        return Verdict.OPENED_NOT_PAID
    return Verdict.NEVER_OPENED if left_us & (ARRIVED | UNDER_WAY) else Verdict.NOT_DELIVERED


def _offer(facts: MessageFacts, verdict: Verdict, judged: Judged) -> Offer:
    if verdict is Verdict.CHARGED_TWICE:
        return _refund(judged.duplicates) if judged.duplicates else Offer(do=OfferKind.NONE)
    if verdict in _FLAWS:
        return _refund([charge for charge in facts.paid if not charge.is_disputed])
    if verdict in (Verdict.NEVER_TEXTED, Verdict.NOT_DELIVERED, Verdict.EXPIRED_UNHEARD):
        return Offer(do=OfferKind.REISSUE)
    if verdict is Verdict.NEVER_OPENED and facts.waits_for_pause:
        return Offer(do=OfferKind.REISSUE)
    if verdict in _WANTS_A_LINK and facts.live_until is None:
        return Offer(do=OfferKind.REISSUE)
    return Offer(do=OfferKind.NONE)


def _refund(charges: Sequence[ChargeFact]) -> Offer:
    if not charges:
        return Offer(do=OfferKind.NONE)
    offered = (OfferedCharge(charge_id=str(charge.id), amount_cents=charge.left_cents) for charge in charges)
    return Offer(do=OfferKind.REFUND, charges=tuple(offered))


def _side_by_side(facts: MessageFacts, judged: Judged) -> ChargesJudged | None:
    if not facts.charges:
        return None
    together = sorted((*facts.charges, *facts.beside), key=lambda charge: (charge.charged_at, charge.id))
    shown = tuple(
        JudgedCharge(
            charge_id=str(charge.id),
            message_id=str(charge.message_id),
            charged_at=charge.charged_at,
            amount_cents=charge.amount_cents,
            left_cents=charge.left_cents,
            method=PaymentMethod(charge.method),
            brand=charge.brand,
            last4=charge.last4,
            role=judged.role(charge, facts),
        )
        for charge in together
    )
    return ChargesJudged(charges=shown, say=words_for_charges(facts, judged))
