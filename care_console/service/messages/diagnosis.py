"""What became of a message, from the facts alone: one verdict, what to offer, and the words for it.

What is asked first matters most to the caller: money in dispute or taken twice, then a recording that nobody
could hear, then where the message got stuck on its way from the text to the ear.
"""

from __future__ import annotations

from collections.abc import Sequence

from care_console.contract.consent import ConsentState
from care_console.contract.messages import (
    ChargedTwice,
    Diagnosis,
    Offer,
    OfferedCharge,
    OfferKind,
    Verdict,
)
from care_console.service.messages.facts import ChargeFact, MessageFacts, SoundFact
from care_console.service.messages.words import words_for

# Speech is rarely silent for more than half of its time; what is nearly all silence was never spoken.
SILENT_SHARE = 0.97
# Calls are mastered around -16 to -20 LUFS; below this a phone at full volume is hardly heard.
QUIET_LUFS = -35.0
# One sample in a hundred at full scale is audible distortion throughout.
CLIPPED_SHARE = 0.01
# So little of a message is a try, not a hearing: a quarter of it, and ten seconds at most.
LITTLE_SHARE, LITTLE_SECONDS = 0.25, 10

_ARRIVED = {"sent", "delivered"}
_ON_ITS_WAY = {"queued"}


def diagnose(facts: MessageFacts) -> Diagnosis:
    """The verdict on one message."""
    verdict, sub_kind = _verdict(facts)
    offer = _offer(facts, verdict, sub_kind)
    return Diagnosis(
        verdict=verdict, sub_kind=sub_kind, say=words_for(facts, verdict, sub_kind, offer), offer=offer
    )


def _verdict(facts: MessageFacts) -> tuple[Verdict, ChargedTwice | None]:
    if facts.is_disputed:
        return Verdict.DISPUTED, None
    if len(_unrefunded(facts)) > 1:
        return Verdict.CHARGED_TWICE, _kind_of_two(facts)
    if facts.paid and not _unrefunded(facts):
        return Verdict.REFUNDED, None
    flaw = _flaw(facts.sound)
    if flaw is not None:
        return flaw, None
    return (_verdict_paid(facts) if facts.paid else _verdict_unpaid(facts)), None


def _verdict_paid(facts: MessageFacts) -> Verdict:
    if not facts.seconds_played:
        return Verdict.PAID_NEVER_PLAYED if facts.live_until else Verdict.EXPIRED_UNHEARD
    little = min(LITTLE_SECONDS, facts.seconds * LITTLE_SHARE)
    return Verdict.PLAYED_LITTLE if max(facts.seconds_played) < little else Verdict.FINE


def _verdict_unpaid(facts: MessageFacts) -> Verdict:
    if facts.consent is not ConsentState.OPTED_IN:
        return Verdict.OPTED_OUT
    if not facts.text_statuses:
        return Verdict.NEVER_TEXTED
    if not set(facts.text_statuses) & (_ARRIVED | _ON_ITS_WAY):
        return Verdict.NOT_DELIVERED
    was_opened = facts.visits or facts.charges or facts.seconds_played
    return Verdict.OPENED_NOT_PAID if was_opened else Verdict.NEVER_OPENED


def _flaw(sound: SoundFact | None) -> Verdict | None:
    if sound is None:
        return None
    if sound.loudness_lufs is None or sound.silence_share >= SILENT_SHARE:
        return Verdict.RECORDING_SILENT
    if sound.loudness_lufs < QUIET_LUFS:
        return Verdict.RECORDING_QUIET
    return Verdict.RECORDING_CLIPPED if sound.clipping_share >= CLIPPED_SHARE else None


def _unrefunded(facts: MessageFacts) -> Sequence[ChargeFact]:
    return [charge for charge in facts.paid if charge.left_cents > 0]


def _kind_of_two(facts: MessageFacts) -> ChargedTwice:
    charges = _unrefunded(facts)
    if len({charge.method for charge in charges}) > 1:
        return ChargedTwice.CARD_AND_PREPAID
    last = charges[-1]
    failed = [charge for charge in facts.charges if not charge.succeeded]
    if any(charge.charged_at <= last.charged_at for charge in failed):
        return ChargedTwice.RETRY_AFTER_FAILURE
    return ChargedTwice.SAME_MESSAGE_TWICE


def _offer(facts: MessageFacts, verdict: Verdict, sub_kind: ChargedTwice | None) -> Offer:
    charges = _unrefunded(facts)
    if verdict is Verdict.CHARGED_TWICE:
        return _refund(_duplicates(charges, sub_kind))
    if verdict in (Verdict.RECORDING_SILENT, Verdict.RECORDING_QUIET, Verdict.RECORDING_CLIPPED):
        return _refund(charges) if charges else Offer(do=OfferKind.NONE)
    if verdict in (Verdict.NEVER_TEXTED, Verdict.NOT_DELIVERED, Verdict.EXPIRED_UNHEARD):
        return Offer(do=OfferKind.REISSUE)
    wants_link = (Verdict.NEVER_OPENED, Verdict.OPENED_NOT_PAID, Verdict.PAID_NEVER_PLAYED, Verdict.FINE)
    if verdict in wants_link and facts.live_until is None:
        return Offer(do=OfferKind.REISSUE)
    return Offer(do=OfferKind.NONE)


def _duplicates(charges: Sequence[ChargeFact], sub_kind: ChargedTwice | None) -> Sequence[ChargeFact]:
    """All but one: the first by time is the payment. Of card and prepaid, prepaid stays, for the card's
    money is the harder to come by and goes back to it."""
    if sub_kind is ChargedTwice.CARD_AND_PREPAID:
        kept = next(charge for charge in charges if charge.method == "prepaid")
        return [charge for charge in charges if charge is not kept]
    return charges[1:]


def _refund(charges: Sequence[ChargeFact]) -> Offer:
    offered = (OfferedCharge(charge_id=str(charge.id), amount_cents=charge.left_cents) for charge in charges)
    return Offer(do=OfferKind.REFUND, charges=tuple(offered))
