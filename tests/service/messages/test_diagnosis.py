"""Every verdict, from facts told as rows: what happened, what is concluded, what is offered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from care_console.contract.consent import ConsentState
from care_console.contract.messages import ChargedTwice, OfferKind, Verdict
from care_console.service.messages.diagnosis import diagnose
from care_console.service.messages.facts import ChargeFact, LinkFact, MessageFacts, SoundFact

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
DAY = timedelta(days=1)
LIVE = LinkFact(NOW - DAY, NOW + 29 * DAY, None)
ENDED = LinkFact(NOW - 40 * DAY, NOW - 10 * DAY, None)
REVOKED = LinkFact(NOW - DAY, NOW + 29 * DAY, NOW - timedelta(hours=1))
CLEAR, SILENT = SoundFact(-18.0, 0.2, 0.0), SoundFact(None, 1.0, 0.0)
NEARLY_SILENT, QUIET = SoundFact(-50.0, 0.98, 0.0), SoundFact(-45.0, 0.3, 0.0)
CLIPPED = SoundFact(-6.0, 0.1, 0.13)
V, T, Do = Verdict, ChargedTwice, OfferKind


def paid(number: int = 1, *, held: int = 0, method: str = "card", disputed: bool = False) -> ChargeFact:
    at = NOW - DAY + timedelta(minutes=number)
    return ChargeFact(number, at, 399, method, True, held, disputed)


def failed(number: int = 1) -> ChargeFact:
    return ChargeFact(number, NOW - DAY + timedelta(minutes=number), 399, "card", False, 0)


def facts(**known: Any) -> MessageFacts:
    told: dict[str, Any] = {
        "now": NOW,
        "id": 1,
        "imported_id": None,
        "recipient_id": 1,
        "sender_name": "J. D.",
        "facility_name": "Dallas County Jail",
        "recorded_at": NOW - DAY,
        "seconds": 72,
        "price_cents": 399,
        "privileged": False,
        "consent": ConsentState.OPTED_IN,
        "links": (LIVE,),
        "text_statuses": ("delivered",),
    }
    return MessageFacts(**(told | known))


CASES: list[tuple[dict[str, Any], Verdict, OfferKind]] = [
    # where it got stuck before anybody paid
    ({"links": (), "text_statuses": ()}, V.NEVER_TEXTED, Do.REISSUE),
    ({"text_statuses": ()}, V.NEVER_TEXTED, Do.REISSUE),
    ({"text_statuses": ("undelivered",)}, V.NOT_DELIVERED, Do.REISSUE),
    ({"text_statuses": ("failed", "undelivered")}, V.NOT_DELIVERED, Do.REISSUE),
    ({"text_statuses": ("cancelled",)}, V.NOT_DELIVERED, Do.REISSUE),
    ({"text_statuses": ("undelivered", "delivered")}, V.NEVER_OPENED, Do.NONE),
    ({"text_statuses": ("queued",)}, V.NEVER_OPENED, Do.NONE),
    ({"text_statuses": ("sent",)}, V.NEVER_OPENED, Do.NONE),
    ({}, V.NEVER_OPENED, Do.NONE),
    ({"links": (ENDED,)}, V.NEVER_OPENED, Do.REISSUE),
    ({"links": (REVOKED,)}, V.NEVER_OPENED, Do.REISSUE),
    ({"links": (REVOKED, LIVE)}, V.NEVER_OPENED, Do.NONE),
    ({"visits": 2}, V.OPENED_NOT_PAID, Do.NONE),
    ({"visits": 1, "links": (ENDED,)}, V.OPENED_NOT_PAID, Do.REISSUE),
    ({"charges": (failed(),)}, V.OPENED_NOT_PAID, Do.NONE),
    ({"charges": (failed(1), failed(2))}, V.OPENED_NOT_PAID, Do.NONE),
    # texts that may not go
    ({"consent": ConsentState.OPTED_OUT, "text_statuses": ()}, V.OPTED_OUT, Do.NONE),
    ({"consent": ConsentState.HELD, "visits": 1}, V.OPTED_OUT, Do.NONE),
    ({"consent": ConsentState.OPTED_OUT, "charges": (paid(),)}, V.PAID_NEVER_PLAYED, Do.NONE),
    # paid, and then
    ({"charges": (paid(),)}, V.PAID_NEVER_PLAYED, Do.NONE),
    ({"charges": (failed(1), paid(2))}, V.PAID_NEVER_PLAYED, Do.NONE),
    ({"charges": (paid(),), "links": (ENDED,)}, V.EXPIRED_UNHEARD, Do.REISSUE),
    ({"charges": (paid(),), "links": (REVOKED,)}, V.EXPIRED_UNHEARD, Do.REISSUE),
    ({"charges": (paid(),), "seconds_played": (4,)}, V.PLAYED_LITTLE, Do.NONE),
    ({"charges": (paid(),), "seconds_played": (4, 9)}, V.PLAYED_LITTLE, Do.NONE),
    ({"charges": (paid(),), "seconds_played": (4, 72)}, V.FINE, Do.NONE),
    ({"charges": (paid(),), "seconds_played": (10,)}, V.FINE, Do.NONE),
    ({"charges": (paid(),), "seconds_played": (2,), "seconds": 4}, V.FINE, Do.NONE),
    ({"charges": (paid(),), "seconds_played": (72,), "links": (ENDED,)}, V.FINE, Do.REISSUE),
    ({"charges": (paid(held=100),), "seconds_played": (72,)}, V.FINE, Do.NONE),
    # the recording itself
    ({"sound": SILENT}, V.RECORDING_SILENT, Do.NONE),
    ({"sound": SILENT, "charges": (paid(),)}, V.RECORDING_SILENT, Do.REFUND),
    ({"sound": NEARLY_SILENT, "charges": (paid(),)}, V.RECORDING_SILENT, Do.REFUND),
    ({"sound": QUIET, "charges": (paid(),), "seconds_played": (72,)}, V.RECORDING_QUIET, Do.REFUND),
    ({"sound": CLIPPED, "charges": (paid(),)}, V.RECORDING_CLIPPED, Do.REFUND),
    ({"sound": CLEAR, "charges": (paid(),)}, V.PAID_NEVER_PLAYED, Do.NONE),
    ({"sound": SILENT, "charges": (paid(held=399),)}, V.REFUNDED, Do.NONE),
    # money that went back, or is asked back by a bank
    ({"charges": (paid(held=399),)}, V.REFUNDED, Do.NONE),
    ({"charges": (paid(1, held=399), paid(2, held=399))}, V.REFUNDED, Do.NONE),
    ({"charges": (paid(1), paid(2, held=399))}, V.PAID_NEVER_PLAYED, Do.NONE),
    ({"charges": (paid(disputed=True),)}, V.DISPUTED, Do.NONE),
    ({"charges": (paid(1), paid(2, disputed=True)), "sound": SILENT}, V.DISPUTED, Do.NONE),
]

TWICE: list[tuple[tuple[ChargeFact, ...], ChargedTwice, list[tuple[str, int]]]] = [
    ((paid(1), paid(2)), T.SAME_MESSAGE_TWICE, [("2", 399)]),
    ((paid(1), paid(2), paid(3)), T.SAME_MESSAGE_TWICE, [("2", 399), ("3", 399)]),
    ((paid(1), paid(2, held=100)), T.SAME_MESSAGE_TWICE, [("2", 299)]),
    ((paid(1, held=399), paid(2), paid(3)), T.SAME_MESSAGE_TWICE, [("3", 399)]),
    ((failed(1), paid(2), paid(3)), T.RETRY_AFTER_FAILURE, [("3", 399)]),
    ((paid(1), failed(2), paid(3)), T.RETRY_AFTER_FAILURE, [("3", 399)]),
    ((paid(1), paid(2), failed(3)), T.SAME_MESSAGE_TWICE, [("2", 399)]),
    ((paid(1), paid(2, method="prepaid")), T.CARD_AND_PREPAID, [("1", 399)]),
    ((paid(1, method="prepaid"), paid(2)), T.CARD_AND_PREPAID, [("2", 399)]),
    ((paid(1, method="prepaid"), paid(2, method="prepaid")), T.SAME_MESSAGE_TWICE, [("2", 399)]),
]


@pytest.mark.parametrize(("known", "verdict", "offer"), CASES)
def test_the_verdict_follows_from_the_facts(
    known: dict[str, Any], verdict: Verdict, offer: OfferKind
) -> None:
    diagnosis = diagnose(facts(**known))
    assert (diagnosis.verdict, diagnosis.sub_kind, diagnosis.offer.do) == (verdict, None, offer)
    if offer is OfferKind.REFUND:
        assert sum(charge.amount_cents for charge in diagnosis.offer.charges) == 399


@pytest.mark.parametrize(("charges", "kind", "back"), TWICE)
def test_which_of_several_charges_is_the_duplicate(
    charges: tuple[ChargeFact, ...], kind: ChargedTwice, back: list[tuple[str, int]]
) -> None:
    diagnosis = diagnose(facts(charges=charges))
    assert (diagnosis.verdict, diagnosis.sub_kind) == (Verdict.CHARGED_TWICE, kind)
    assert [(charge.charge_id, charge.amount_cents) for charge in diagnosis.offer.charges] == back


def test_the_words_are_whole_in_both_languages_for_every_case() -> None:
    every = [known for known, _, _ in CASES] + [{"charges": charges} for charges, _, _ in TWICE]
    for known in every:
        say = diagnose(facts(**known)).say
        assert "{" not in say.en + say.es
        assert say.en.endswith(".")
        assert say.es.endswith(".")
        assert say.en != say.es


def test_the_words_carry_the_facts() -> None:
    said = diagnose(facts(charges=(paid(),), seconds_played=(4,))).say
    assert "4 of 72 seconds" in said.en
    assert "4 de 72 segundos" in said.es
    until = diagnose(facts(charges=(paid(),))).say
    assert "Saturday, December 19, 12 PM" in until.en
    assert "sábado 19 de diciembre a las 12 PM" in until.es
