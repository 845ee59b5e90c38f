"""Each kind of entry as one line of facts. Nothing says more than the service said."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from care_console.contract.charges import ChargeState, PaymentMethod, RefundReason, RefundState
from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.contract.timeline import (
    ChargeEntry,
    ConsentEntry,
    EntryKind,
    PlayEntry,
    RefundEntry,
    TextEntry,
)
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.screens.story.lines import KIND_WORDS, row_of
from care_console.desktop.screens.story.on_its_way import row_of_pending
from care_console.desktop.shell.icons import _GLYPHS
from care_console.desktop.shell.tokens import Tone
from tests.support.story_service import MARIA, StoryService

AT = datetime(2026, 11, 20, 18, 3, tzinfo=UTC)


def _charge(refunded: int = 0, **given: object) -> ChargeEntry:
    told: dict[str, object] = {
        "id": "c1",
        "at": AT,
        "amount_cents": 399,
        "method": PaymentMethod.CARD,
        "brand": "visa",
        "last4": "4242",
        "state": ChargeState.SUCCEEDED,
        "refunded_cents": refunded,
        "imported_id": None,
    }
    return ChargeEntry.model_validate(told | given)


def test_every_kind_has_a_word_and_every_row_an_icon() -> None:
    rows = [row_of(entry) for entry in StoryService().timelines[MARIA]]
    assert set(KIND_WORDS) == set(EntryKind)
    assert {row.kind for row in rows} == set(KIND_WORDS.values())
    assert {row.icon for row in rows} <= set(_GLYPHS)
    assert all(row.line and dict(row.details)["Reference"] for row in rows)


def test_a_charge_says_how_it_was_paid_and_what_goes_back() -> None:
    assert row_of(_charge()).line == "$3.99 by Visa 4242"
    assert row_of(_charge()).badge == "paid"
    assert row_of(_charge(100)).line == "$3.99 by Visa 4242, $1.00 going back"
    assert "all of it going back" in row_of(_charge(399)).line
    prepaid = _charge(method=PaymentMethod.PREPAID, brand=None, last4=None)
    assert row_of(prepaid).line == "$3.99 by prepaid account"


def test_a_failed_charge_is_never_called_paid_nor_doubled() -> None:
    row = row_of(_charge(state=ChargeState.FAILED), frozenset({"c1"}))
    assert row.badge == "did not go through"


def test_a_second_charge_is_asked_about_not_asserted() -> None:
    assert row_of(_charge(), frozenset({"c1"})).badge == "paid twice?"


@pytest.mark.parametrize("state", list(RefundState))
def test_only_a_settled_refund_is_called_refunded(state: RefundState) -> None:
    entry = RefundEntry(
        id="r", at=AT, charge_id="c1", amount_cents=399, state=state, reason=RefundReason.DUPLICATE,
        requested_by="ana",
    )  # fmt: skip
    row = row_of(entry)
    assert (row.badge == "refunded") == (state is RefundState.SUCCEEDED)
    assert (row.tone is Tone.GOOD) == (state is RefundState.SUCCEEDED)
    if state is RefundState.UNKNOWN:
        assert "fail" not in row.badge


def test_a_play_says_how_much_was_heard() -> None:
    told = {
        seconds: row_of(PlayEntry(id="p", at=AT, seconds_played=seconds, seconds=72))
        for seconds in (4, 40, 72)
    }
    assert told[4].line == "Played 0:04 of 1:12"
    assert [row.badge for row in told.values()] == ["barely heard", "", "heard"]


def test_strangers_words_are_kept_as_they_are() -> None:
    words = "<img src=x onerror=alert(1)> STOP\nnow & then"
    text = TextEntry(id="t", at=AT, direction="in", text_kind="stop", status="received", body=words)
    assert row_of(text).line == f"They wrote: {words}"
    consent = ConsentEntry(
        id="o", at=AT, event="opt_out", state=ConsentState.OPTED_OUT, channel=ConsentChannel.SMS, words=words,
        actor="handset",
    )  # fmt: skip
    assert dict(row_of(consent).details)["Words"] == words
    assert row_of(consent).badge == "texts off"


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("state", list(PendingState))
def test_what_is_pending_is_neither_done_nor_failed(verb: Verb, state: PendingState) -> None:
    action = PendingAction(
        UUID(int=1), verb, "r1", "+12145550142", {"amount_cents": 399, "text": "a note"}, state, "ana", AT
    )
    row = row_of_pending(action)
    assert row.pending
    said = f"{row.line} {row.badge}".lower()
    assert not any(word in said for word in ("done", "failed", "refunded"))
