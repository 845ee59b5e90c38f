"""The right-hand column on the real window: what it says of a message, and that it stays in order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget

from care_console.contract.base import Bilingual
from care_console.contract.messages import ChargedTwice, Diagnosis, Levels, Offer, OfferKind, Verdict
from care_console.contract.recipients import Act, OpenMessage
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.screens.preview.levels import levels_in_words, recording
from care_console.desktop.screens.story.side.checks import verdict
from care_console.desktop.screens.story.side.reasons import CallReason, meant
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Tone
from tests.desktop.screens.care import Care, CareService, care, on_qt
from tests.support.story_service import MARIA, NOBODY

ORDER = ("sideReason", "sideChecks", "sideSay", "sideDo", "sidePreview", "sideNote")


def levels(**given: object) -> Levels:
    told = {
        "duration_seconds": 30.0,
        "loudness_lufs": -18.0,
        "true_peak_dbfs": -2.0,
        "silence_share": 0.2,
        "clipping_share": 0.0,
        "codec": "gsm",
        "peaks": [],
    }
    return Levels.model_validate(told | given)


def message(id: str, found: Verdict) -> OpenMessage:
    return OpenMessage(
        id=id,
        imported_id=None,
        sender_name="J.D.",
        facility_name="Dallas",
        recorded_at=datetime(2026, 11, 20, tzinfo=UTC),
        seconds=30,
        price_cents=399,
        expires_at=None,
        privileged=False,
        has_sound=True,
        diagnosis=Diagnosis(verdict=found, say=Bilingual(en="", es=""), offer=Offer(do=OfferKind.NONE)),
    )


@pytest.mark.parametrize("found", list(Verdict))
def test_every_verdict_has_words(found: Verdict) -> None:
    assert verdict(message("m1", found).diagnosis).words


@pytest.mark.parametrize("kind", list(ChargedTwice))
def test_every_kind_of_double_charge_has_words_of_its_own(kind: ChargedTwice) -> None:
    diagnosis = message("m1", Verdict.CHARGED_TWICE).diagnosis.model_copy(update={"sub_kind": kind})
    said = verdict(diagnosis)
    assert said.words != verdict(message("m1", Verdict.CHARGED_TWICE).diagnosis).words
    assert (said.tone is Tone.GOOD) == (kind is ChargedTwice.TWO_MESSAGES)


@pytest.mark.parametrize(
    ("given", "words", "tone"),
    [
        ({}, "Recording ok, −18 LUFS", Tone.GOOD),
        ({"loudness_lufs": None}, "Recording silent", Tone.BAD),
        ({"silence_share": 0.99}, "Recording silent", Tone.BAD),
        ({"loudness_lufs": -41.2}, "Recording too quiet, −41 LUFS", Tone.BAD),
        ({"clipping_share": 0.04}, "Recording distorted, −18 LUFS", Tone.BAD),
    ],
)
def test_what_is_said_of_a_recording(given: dict[str, object], words: str, tone: Tone) -> None:
    check = recording(levels(**given), has_sound=True)
    assert (check.words, check.tone) == (words, tone)


def test_levels_on_one_line() -> None:
    said = levels_in_words(levels(clipping_share=0.043, true_peak_dbfs=0.1))
    assert said == "0:30 · speech 80 % · −18 LUFS · clipped 4.3 %, peak 0.1 dBFS · GSM"


def test_the_reason_points_to_the_message_that_is_meant() -> None:
    fine, silent = message("m1", Verdict.FINE), message("m2", Verdict.RECORDING_SILENT)
    assert meant(None, [fine, silent]) is fine
    assert meant(CallReason.CANNOT_HEAR, [fine, silent]) is silent
    assert meant(CallReason.EXPIRED, [fine, silent]) is fine
    assert meant(CallReason.OTHER, []) is None


def tops(desk: Care) -> list[int]:
    return [desk.find(QWidget, name).mapTo(desk.side, QPoint(0, 0)).y() for name in ORDER]


def test_the_sections_stand_in_their_order_whatever_is_open(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            for pressed in ((), ("F9",), ("Escape", "F8"), ("Escape", "F4")):
                desk.press(*pressed)
                await desk.until(lambda: tops(desk) == sorted(set(tops(desk))))

    on_qt(scenario())


def test_what_to_say_comes_in_the_callers_language_and_the_other_at_a_press(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            sentence = desk.find(QLabel, "saySentence")
            assert "Se le cobró dos veces" in sentence.text()
            desk.find(QPushButton, "sayLanguage").click()
            assert "You were charged twice" in sentence.text()

    on_qt(scenario())


def test_one_key_turns_the_story_and_what_to_say_into_the_other_language(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            told = desk.service.stories[MARIA].story
            sentence = desk.find(QLabel, "storySentence")
            assert sentence.text() == told.en
            desk.press("Ctrl+T")
            assert sentence.text() == told.es
            assert told.en != told.es
            desk.press("Ctrl+T")
            assert sentence.text() == told.en

    on_qt(scenario())


def test_what_could_not_be_read_is_read_once_the_service_is_back_and_its_notice_goes(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            reads, id = desk.service.message_reads, desk.side.at_hand.id
            changes = desk.handle.desk.changes
            back = Announcement(LocalKind.CONNECTION, ConnectionState.ONLINE.value)
            assert id is not None
            lost = desk.service.messages.pop(id)
            changes.announce(back)
            await desk.until(lambda: "no such message" in desk.side.do.state.text)
            desk.service.messages[id] = lost
            before = len(reads)
            changes.announce(back)
            await desk.until(lambda: not desk.side.do.state.text)
            assert len(reads) == before + 1

    on_qt(scenario())


def test_moving_down_the_timeline_reads_only_where_it_stops(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            before = list(desk.service.message_reads)
            maria = desk.service.timelines[MARIA]
            others = [entry for entry in maria if entry.message_id not in (None, "m28")]
            desk.service.messages |= {
                entry.message_id: desk.service.messages["m28"].model_copy(update={"id": entry.message_id})
                for entry in others
                if entry.message_id is not None
            }
            for entry in others[:20]:
                desk.side.select_entry(entry)
            await desk.until(lambda: others[19].message_id in desk.service.message_reads[len(before) :])
            passed_by = {entry.message_id for entry in others[:19]} - {"m28", others[19].message_id}
            assert passed_by
            assert not passed_by & set(desk.service.message_reads)

    on_qt(scenario())


def test_a_note_alone_is_kept_once_and_the_call_goes_on(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F8", "2", "Ctrl+Return")
            note = desk.find(QPlainTextEdit, "noteText")
            await desk.until(lambda: "New link sent." in note.toPlainText())
            keys.forget_commits()
            desk.press("Ctrl+S")
            keys.forget_commits()
            desk.press("Ctrl+S")
            await desk.until(lambda: desk.service.done("note"))
            await desk.settled()
            assert [deed.fields["text"] for deed in desk.service.done("note")] == ["New link sent."]
            assert not note.toPlainText()
            assert not desk.service.done("contact")
            assert desk.handle.window.callers.front is not None

    on_qt(scenario())


def test_a_half_written_note_waits_for_its_caller(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            note = desk.find(QPlainTextEdit, "noteText")
            note.setPlainText("she will try <i>again</i>")
            other, maria = desk.service.stories[NOBODY], desk.service.stories[MARIA]
            desk.handle.window.open_caller(other.id, other.name, other.phone)
            await desk.until(lambda: not note.toPlainText())
            desk.handle.window.open_caller(maria.id, maria.name, maria.phone)
            await desk.until(lambda: note.toPlainText() == "she will try <i>again</i>")

    on_qt(scenario())


def test_a_card_number_does_not_get_into_a_note(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            note = desk.find(QPlainTextEdit, "noteText")
            note.setPlainText("paid with 4242-4242-4242-4242")
            note.setFocus()
            desk.press("Ctrl+Return", "Ctrl+S")
            assert "card number" in desk.find(QLabel, "noteState").text()
            assert not desk.handle.desk.outbox.pending()

    on_qt(scenario())


def test_every_label_is_plain_text_and_every_control_has_a_name(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        maria = service.stories[MARIA]
        hostile = maria.open_messages[0].model_copy(update={"sender_name": "<h1>J.D.</h1>"})
        service.stories[MARIA] = maria.model_copy(update={"open_messages": [hostile]})
        async with care(folder, service) as desk:
            desk.press("F8")
            assert "<h1>J.D.</h1>" in desk.find(QLabel, "reissuePanelHeading").text()
            formats = {label.textFormat() for label in desk.side.findChildren(QLabel)}
            assert formats == {Qt.TextFormat.PlainText}
            for part in desk.side.findChildren(QWidget):
                if part.focusPolicy() & Qt.FocusPolicy.TabFocus and not part.objectName().startswith("qt_"):
                    assert part.accessibleName(), part

    on_qt(scenario())


def test_a_refund_in_its_ten_seconds_can_be_undone_from_the_column(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.select("charge:c28b")
            desk.press("F7")
            await desk.until(lambda: desk.side.review is not None and desk.side.review.phase == "editing")
            desk.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("refund"))
            desk.press("Escape")
            await desk.until(lambda: desk.side.review is None and desk.side.money.progress.can_undo)
            await desk.until(lambda: desk.side.money.progress.undo_button.hasFocus())
            desk.press("Ctrl+Z")
            await desk.until(lambda: desk.service.done("withdraw"))
            await desk.until(lambda: "taken back" in desk.find(QWidget, "sideRefundState").text)

    on_qt(scenario())


def test_it_fits_beside_the_timeline_without_scrolling_sideways(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F9")
            pane = desk.find(QWidget, "sidePane")
            await desk.until(lambda: desk.side.width() <= pane.width())
            assert desk.side.minimumSizeHint().width() <= 368
            assert desk.side.do.why_not(Act.REFUND) is None

    on_qt(scenario())
