"""The note and the disposition, from what was said and done alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.contract.base import Bilingual
from care_console.contract.charges import RefundState
from care_console.contract.contacts import CallReason, Disposition
from care_console.contract.messages import Diagnosis, Offer, OfferKind, Verdict
from care_console.contract.recipients import OpenMessage
from care_console.desktop.screens.wrap_up.call import Call
from care_console.desktop.screens.wrap_up.deeds import Deed, DeedKind, deed_from_json, disposition_of
from care_console.desktop.screens.wrap_up.wording import DISPOSITIONS, write_note

NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)
REFUND = Deed(DeedKind.REFUND, "r", cents=399, words="duplicate")
LINK, STOP = Deed(DeedKind.LINK, "l"), Deed(DeedKind.STOP, "s", words="alto <b>ya</b>")


def message(found: Verdict) -> OpenMessage:
    return OpenMessage(
        id="m",
        imported_id=None,
        sender_name="J.D.",
        facility_name="Dallas",
        recorded_at=datetime(2026, 11, 20, 18, tzinfo=UTC),
        seconds=30,
        price_cents=399,
        expires_at=None,
        privileged=False,
        has_sound=True,
        diagnosis=Diagnosis(verdict=found, say=Bilingual(en="", es=""), offer=Offer(do=OfferKind.NONE)),
    )


def test_the_note_of_a_whole_call() -> None:
    done = Deed(DeedKind.REFUND, "r", cents=399, words="inaudible", state="succeeded")
    note = write_note(CallReason.CANNOT_HEAR, message(Verdict.RECORDING_SILENT), [done, LINK], NOW)
    assert note == (
        "Caller could not hear the message of Nov 20. Recording is silent. Refunded $3.99 (inaudible). "
        "New link sent."
    )


@pytest.mark.parametrize("reason", list(CallReason))
@pytest.mark.parametrize("found", list(Verdict))
def test_each_reason_and_verdict_has_whole_sentences(reason: CallReason, found: Verdict) -> None:
    note = write_note(reason, message(found), [], NOW)
    assert note == "" or note.endswith(".")
    assert (note == "") == (reason is CallReason.OTHER)
    assert "{" not in note
    assert write_note(reason, None, [], NOW) == "" or "message of" not in write_note(reason, None, [], NOW)


@pytest.mark.parametrize("state", ["", *RefundState])
def test_refunded_is_said_only_once_the_service_said_so(state: str) -> None:
    said = Deed(DeedKind.REFUND, "r", cents=399, state=str(state)).sentence
    assert said.startswith("Refunded") == (state == RefundState.SUCCEEDED)


@pytest.mark.parametrize(
    ("reason", "deeds", "came_of_it"),
    [
        (None, [], Disposition.UNRESOLVED),
        (CallReason.WHAT_CHARGE, [], Disposition.EXPLAINED),
        (CallReason.CANNOT_HEAR, [LINK], Disposition.LINK_SENT),
        (CallReason.STOP, [LINK, STOP], Disposition.TEXTS_STOPPED),
        (CallReason.CHARGED_TWICE, [REFUND, LINK, STOP], Disposition.REFUND_ASKED),
        (None, [Deed(DeedKind.REFUND, "r", cents=1, state="awaiting_approval")], Disposition.AWAITS_APPROVAL),
        (None, [Deed(DeedKind.REFUND, "r", cents=1, state="withdrawn"), LINK], Disposition.LINK_SENT),
        (CallReason.OTHER, [Deed(DeedKind.REFUND, "r", cents=1, state="failed")], Disposition.EXPLAINED),
    ],
)
def test_what_came_of_it(reason: CallReason | None, deeds: list[Deed], came_of_it: Disposition) -> None:
    assert disposition_of(reason, deeds) is came_of_it


def test_every_disposition_can_be_chosen() -> None:
    assert [value for value, _ in DISPOSITIONS] == list(Disposition)


def test_what_its_person_wrote_is_only_ever_added_to() -> None:
    call = Call("r1", reason=CallReason.CANNOT_HEAR, message=message(Verdict.FINE))
    call.add(LINK)
    written = call.rewritten(NOW)
    call.edited(written + " She will call back.")
    call.reason = CallReason.OTHER
    call.add(REFUND)
    assert call.rewritten(NOW) == f"{written} She will call back. Asked for a refund of $3.99 (duplicate)."
    assert call.rewritten(NOW).count("New link sent.") == 1
    call.add(Deed(DeedKind.REFUND, "r", cents=399, words="duplicate", state="succeeded"))
    assert call.rewritten(NOW).endswith("Refunded $3.99 (duplicate).")


def test_a_deed_told_again_is_one_deed_and_one_of_another_version_is_put_aside() -> None:
    call = Call("r1")
    assert call.add(STOP)
    assert not call.add(STOP)
    assert call.deeds == [STOP]
    assert deed_from_json({"kind": "teleport", "id": "x"}) is None
    assert deed_from_json({"id": "x"}) is None
    assert deed_from_json(STOP.to_json() | {"more": 1}) == STOP


_DEEDS = st.lists(
    st.builds(
        Deed,
        st.sampled_from(list(DeedKind)),
        st.text(min_size=1, max_size=5),
        cents=st.integers(1, 10_000),
        words=st.text(max_size=20),
        state=st.sampled_from(["", *(state.value for state in RefundState)]),
        goes=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda deed: deed.id,
)


@given(_DEEDS, st.sampled_from([None, *CallReason]), st.text(max_size=40), st.booleans())
def test_a_call_comes_back_from_its_draft_as_it_was(
    deeds: list[Deed], reason: CallReason | None, words: str, edits: bool
) -> None:
    call = Call("r1", "O'Nguyễn-Smith <b>", "+12145550142", reason=reason, deeds=list(deeds), by="ana")
    call.rewritten(NOW)
    if edits:
        call.edited(words)
    again = Call("r1")
    again.take_up(call.to_json(), over_at=None)
    assert (again.reason, again.deeds, again.began_at) == (call.reason, call.deeds, call.began_at)
    assert again.disposition is call.disposition
    again.message = call.message
    assert again.rewritten(NOW) == call.rewritten(NOW)


def test_the_note_keeps_why_something_was_done_though_the_verdict_changes_with_it() -> None:
    call = Call("r1")
    assert call.about(CallReason.CANNOT_HEAR, message(Verdict.OPENED_NOT_PAID))
    assert call.about(CallReason.CANNOT_HEAR, message(Verdict.RECORDING_SILENT))
    call.add(REFUND)
    assert not call.about(CallReason.CANNOT_HEAR, message(Verdict.REFUNDED))
    assert "Recording is silent. Asked for a refund" in call.rewritten(NOW)
    back = Call("r1")
    back.take_up(call.to_json(), over_at=None)
    back.about(CallReason.CANNOT_HEAR, message(Verdict.REFUNDED))
    assert "Recording is silent. Asked for a refund" in back.rewritten(NOW)
