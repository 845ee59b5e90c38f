"""Ending a call on the real window: one key, one record, and nothing lost on the way."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPlainTextEdit

from care_console.contract.problems import ProblemType
from care_console.desktop.shell import keys
from tests.desktop.screens.care import Care, care, on_qt
from tests.support.fake_service import Problem
from tests.support.story_service import MARIA, NOBODY


def note(desk: Care) -> str:
    return desk.find(QPlainTextEdit, "noteText").toPlainText()


def says(desk: Care) -> str:
    return desk.find(QLabel, "noteState").text()


def contacts(desk: Care) -> list[dict[str, Any]]:
    return [deed.fields for deed in desk.service.done("contact")]


async def wrapped(desk: Care) -> None:
    await desk.until(lambda: contacts(desk))
    await desk.until(lambda: desk.handle.window.callers.get(MARIA) is None)
    await desk.settled()


def test_one_key_from_done_ends_the_call(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+4", "F9", "1", "Ctrl+Return")
            await desk.until(lambda: "Stopped texts" in note(desk))
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await wrapped(desk)
            (told,) = contacts(desk)
            assert (told["reason"], told["disposition"]) == ("stop", "texts_stopped")
            assert (
                told["note"] == "Caller asked to stop the texts. Stopped texts; they said “Stop texting me”."
            )
            began, ended = (datetime.fromisoformat(told[name]) for name in ("began_at", "ended_at"))
            assert began <= ended
            assert len(desk.service.done("opt_out")) == 1
            assert QApplication.focusWidget() is desk.handle.window.frame.top.find_box
            assert desk.handle.window.frame.top.timer.accessibleName() == "No call"
            assert await desk.handle.desk.store.load_draft("contact", MARIA) is None

    on_qt(scenario())


def test_the_note_grows_with_what_is_said_and_done_and_stays_its_persons(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+1")
            assert "Caller could not hear the message of" in note(desk)
            desk.press("Ctrl+3")
            assert note(desk) == "Caller says they were charged twice. Charged more than once."
            text = desk.find(QPlainTextEdit, "noteText")
            text.setPlainText(note(desk) + " <b>Angry</b>.")
            desk.press("F8", "2", "Ctrl+Return")
            await desk.until(lambda: note(desk).endswith("<b>Angry</b>. New link sent."))
            choice = desk.find(QComboBox, "disposition")
            assert choice.currentText() == "New link"
            choice.setCurrentIndex(choice.findText("Not resolved"))
            choice.activated.emit(choice.currentIndex())
            keys.forget_commits()
            text.setFocus()
            desk.press("Ctrl+Return")
            await wrapped(desk)
            (told,) = contacts(desk)
            assert told["disposition"] == "unresolved"
            assert told["note"].startswith("Caller says they were charged twice.")

    on_qt(scenario())


def test_pressed_again_and_again_it_is_one_call(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+7")
            for _ in range(4):
                keys.forget_commits()
                desk.press("Ctrl+Shift+Return")
            await wrapped(desk)
            for _ in range(2):
                keys.forget_commits()
                desk.press("Ctrl+Shift+Return")
            await desk.settled()
            assert len(contacts(desk)) == 1

    on_qt(scenario())


def test_a_call_in_which_nothing_was_said_is_not_stored(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.select("charge:c28b")
            desk.press("Ctrl+Return")
            assert "What did they need?" in says(desk)
            assert not desk.handle.desk.outbox.pending()
            assert desk.handle.window.callers.front is not None

    on_qt(scenario())


def test_what_is_half_filled_is_not_left_behind(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+4", "F9", "1", "Ctrl+Shift+Return")
            assert "not sent yet" in desk.side.do.state.text
            assert not desk.handle.desk.outbox.pending()
            assert desk.handle.window.callers.front is not None

    on_qt(scenario())


def test_a_refusal_gives_the_call_back(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.service.refuse_next.append(Problem(422, ProblemType.MALFORMED, "That is no call."))
            desk.press("Ctrl+6", "Ctrl+Shift+Return")
            await desk.until(lambda: desk.handle.window.callers.get(MARIA) is None)
            sentences = desk.handle.window.frame.notices.sentences
            await desk.until(lambda: any("That is no call." in sentence for sentence in sentences()))
            maria = desk.service.stories[MARIA]
            desk.handle.window.open_caller(maria.id, maria.name, maria.phone)
            await desk.until(lambda: "had expired" in note(desk))
            keys.forget_commits()
            desk.press("Ctrl+Shift+Return")
            await wrapped(desk)

    on_qt(scenario())


def test_the_next_call_of_the_same_caller_is_another_one(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            maria = desk.service.stories[MARIA]
            for count, reason in ((1, "Ctrl+6"), (2, "Ctrl+5")):
                desk.press(reason)
                keys.forget_commits()
                desk.press("Ctrl+Shift+Return")
                await desk.until(lambda count=count: len(contacts(desk)) == count)
                await wrapped(desk)
                desk.handle.window.open_caller(maria.id, maria.name, maria.phone)
                await desk.until(lambda: desk.side.isEnabled() and desk.side.note.call is not None)
                assert desk.side.reasons.value is None
                assert not note(desk)
            assert [told["reason"] for told in contacts(desk)] == ["expired", "what_charge"]

    on_qt(scenario())


def test_another_caller_is_never_wrapped_up_in_the_place_of_the_one_in_front(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+6")
            desk.service.slow_stories = 0.4
            other = desk.service.stories[NOBODY]
            desk.handle.window.open_caller(other.id, other.name, other.phone)
            desk.press("Ctrl+Shift+Return", "Ctrl+5", "Ctrl+Return")
            assert not desk.handle.desk.outbox.pending()
            assert not contacts(desk)
            await desk.until(lambda: desk.side.isEnabled())
            assert desk.side.reasons.value is None

    on_qt(scenario())
