"""What a story's sentence counts, from the facts of the open messages. No words, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from care_console.contract.charges import RefundState
from care_console.contract.messages import ChargedTwice, Verdict
from care_console.service.messages.diagnosis import flaw_of, is_little
from care_console.service.messages.duplicates import Judged, judge
from care_console.service.messages.facts import NEVER_LEFT, NOT_ARRIVED, MessageFacts, RefundFact
from care_console.service.messages.facts_queries import RECENT


@dataclass(frozen=True, slots=True)
class Twice:
    """One message that was paid more than once: the amounts in cents, and the first and the last moment."""

    amounts: tuple[int, ...]
    first_at: datetime
    last_at: datetime


@dataclass(slots=True)
class Tally:
    """Counts of messages by where they got stuck, and sums of money in cents.

    Paid ones are counted by whether they were heard, unpaid ones by how far they came; a flaw of the
    recording is counted beside that, since it is told whatever else happened.
    """

    unheard_ends: list[datetime] = field(default_factory=list)
    expired_unheard: int = 0
    free_unheard: int = 0
    no_link: int = 0
    played_little: list[tuple[int, int]] = field(default_factory=list)
    heard: int = 0
    not_texted: int = 0
    not_delivered: int = 0
    paused: int = 0
    not_opened: int = 0
    not_paid: int = 0
    payment_failed: int = 0
    expired_unpaid: int = 0
    silent: int = 0
    quiet: int = 0
    distorted: int = 0
    twice: list[Twice] = field(default_factory=list)
    refunded_cents: int = 0
    on_its_way_cents: int = 0
    awaiting_cents: int = 0
    failed_cents: int = 0
    disputed_cents: int = 0
    given_back_cents: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be told of but what was heard."""
        return not any(getattr(self, name) for name in Tally.__slots__ if name != "heard")


def is_open(facts: MessageFacts) -> bool:
    """Whether a message belongs into the story: young, still to be had or lately expired unheard, or with
    money that matters yet."""
    since = facts.now - RECENT
    ended_at = facts.ended_at
    refunds = [refund for charge in facts.charges for refund in charge.refunds]
    return (
        facts.recorded_at > since
        or facts.live_until is not None
        or (ended_at is not None and ended_at > since and not facts.heard_seconds)
        or bool(judge(facts).duplicates)
        or any(charge.is_disputed for charge in facts.charges)
        or any(refund.state.is_open or refund.requested_at > since for refund in refunds)
    )


def tally(messages: Iterable[MessageFacts]) -> Tally:
    """Count over all of a recipient's open messages."""
    told = Tally()
    for facts in messages:
        _count_way(told, facts)
        _count_flaw(told, facts)
        _count_money(told, facts)
    told.twice.sort(key=lambda twice: twice.last_at, reverse=True)
    return told


def _count_way(told: Tally, facts: MessageFacts) -> None:
    if facts.paid or (facts.is_free and facts.was_opened):
        _count_paid(told, facts)
    elif not facts.succeeded:  # what was paid and went back is told of as money
        _count_unpaid(told, facts)


def _count_paid(told: Tally, facts: MessageFacts) -> None:
    if facts.heard_seconds:
        if is_little(facts):
            told.played_little.append((facts.heard_seconds, facts.seconds))
        else:
            told.heard += 1
    elif facts.is_free:
        told.free_unheard += 1
    elif facts.live_until is not None:
        told.unheard_ends.append(facts.live_until)
    elif facts.links:
        told.expired_unheard += 1
    else:
        told.no_link += 1


def _count_unpaid(told: Tally, facts: MessageFacts) -> None:
    left_us = facts.text_statuses - NEVER_LEFT
    if not left_us and not facts.was_opened:
        told.not_texted += 1
    elif left_us and left_us <= NOT_ARRIVED and not facts.was_opened:
        told.not_delivered += 1
    elif facts.live_until is None:
        told.expired_unpaid += 1
    elif facts.waits_for_pause:
        told.paused += 1
    elif facts.charges:
        told.payment_failed += 1
    elif facts.was_opened:
        told.not_paid += 1
    else:
        told.not_opened += 1


def _count_flaw(told: Tally, facts: MessageFacts) -> None:
    if facts.succeeded and not facts.paid:
        return  # its money went back: whatever was wrong with it is settled
    match flaw_of(facts.sound):
        case Verdict.RECORDING_SILENT:
            told.silent += 1
        case Verdict.RECORDING_QUIET:
            told.quiet += 1
        case Verdict.RECORDING_CLIPPED:
            told.distorted += 1
        case _:
            return


def _count_money(told: Tally, facts: MessageFacts) -> None:
    judged = judge(facts)
    if judged.duplicates and judged.payment is not None and judged.kind is not ChargedTwice.TWO_MESSAGES:
        told.twice.append(_twice(judged))
    for charge in facts.succeeded:
        if charge.is_disputed:
            told.disputed_cents += charge.amount_cents
        elif charge.is_given_back:
            told.given_back_cents += charge.amount_cents
        _count_refunds(told, charge.refunds, facts.now - RECENT)


def _twice(judged: Judged) -> Twice:
    assert judged.payment is not None
    charges = sorted((judged.payment, *judged.duplicates), key=lambda charge: (charge.charged_at, charge.id))
    amounts = tuple(charge.amount_cents for charge in charges)
    return Twice(amounts, charges[0].charged_at, charges[-1].charged_at)


def _count_refunds(told: Tally, refunds: Sequence[RefundFact], since: datetime) -> None:
    recent = [refund for refund in refunds if refund.requested_at > since or refund.state.is_open]
    for refund in recent:
        match refund.state:
            case RefundState.SUCCEEDED:
                told.refunded_cents += refund.amount_cents
            case RefundState.AWAITING_APPROVAL:
                told.awaiting_cents += refund.amount_cents
            case state if state.is_open:
                told.on_its_way_cents += refund.amount_cents
            case _:
                pass
    if recent and recent[-1].state is RefundState.FAILED:
        told.failed_cents += recent[-1].amount_cents
