"""Stopping texts on the real window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QDateTime, QTimeZone
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget

from care_console.contract.problems import ProblemType
from care_console.desktop.shell import keys
from tests.desktop.screens.care import Care, care, on_qt
from tests.support.fake_service import Problem
from tests.support.story_service import NOBODY, STOPPED


def says(desk: Care) -> str:
    text: str = desk.find(QWidget, "optOutPanelState").text
    return text


def test_texts_are_stopped_in_three_keys(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            began = datetime.now(UTC)
            desk.press("F9", "2", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("opt_out"))
            asked = desk.service.done("opt_out")[0].fields
            assert asked["words"] == "Take me off your list"
            assert asked["phone"] == "+12145550142"
            assert asked["channel"] == "care_call"
            assert asked["call_id"] is None
            heard = datetime.fromisoformat(asked["received_at"])
            assert began - timedelta(seconds=1) <= heard <= datetime.now(UTC)
            await desk.until(lambda: "Texts are off since" in says(desk))

    on_qt(scenario())


def test_pressing_again_and_again_stops_once(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F9", "1", "Ctrl+Return", "Ctrl+Return")
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await desk.until(lambda: "Texts are off since" in says(desk))
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await desk.settled()
            assert len(desk.service.done("opt_out")) == 1

    on_qt(scenario())


def test_the_callers_own_words_time_and_call(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F9")
            words = desk.find(QPlainTextEdit, "optOutWords")
            words.setFocus()
            desk.type("quit <b>bothering</b> me")
            said_at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
            panel = desk.side.panels.opt_out
            zone = QTimeZone(b"America/New_York")
            panel.heard_at.setDateTime(QDateTime.fromSecsSinceEpoch(int(said_at.timestamp()), zone))
            desk.find(QLineEdit, "optOutCall").setText("call-77")
            desk.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("opt_out"))
            asked = desk.service.done("opt_out")[0].fields
            assert asked["words"] == "quit <b>bothering</b> me"
            assert asked["call_id"] == "call-77"
            assert datetime.fromisoformat(asked["received_at"]) == said_at

    on_qt(scenario())


def test_nothing_said_is_asked_for(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F9", "Ctrl+Return")
            assert "What did they say?" in says(desk)
            assert not desk.handle.desk.outbox.pending()
            keys.forget_commits()
            desk.press("1", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("opt_out"))

    on_qt(scenario())


def test_stepping_back_loses_no_words_and_returns_to_the_timeline(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.select("charge:c28b")
            before = QApplication.focusWidget()
            desk.press("F9", "3", "Escape")
            assert desk.side.panels.opt_out.isHidden()
            assert QApplication.focusWidget() is before
            desk.press("F9")
            await desk.until(lambda: desk.side.panels.opt_out.words.toPlainText() == "Wrong number")

    on_qt(scenario())


def test_another_caller_and_back_finds_the_panel_as_it_was(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F9", "3")
            other = desk.service.stories[NOBODY]
            desk.handle.window.open_caller(other.id, other.name, other.phone)
            await desk.until(lambda: desk.side.panels.opt_out.isHidden())
            maria = desk.service.stories["r1"]
            desk.handle.window.open_caller(maria.id, maria.name, maria.phone)
            await desk.until(lambda: desk.side.panels.opt_out.words.toPlainText() == "Wrong number")
            assert desk.side.panels.opt_out.isVisible()

    on_qt(scenario())


def test_a_number_that_nobody_is_known_by(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.side.stop_texts_for("+13125550111")
            assert "(312) 555-0111" in desk.find(QLabel, "optOutPanelHeading").text()
            desk.press("1", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("opt_out"))
            assert desk.service.done("opt_out")[0].fields["phone"] == "+13125550111"
            assert not desk.side.note.text.toPlainText()

    on_qt(scenario())


def test_texts_that_are_off_already(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder, who=STOPPED) as desk:
            desk.press("F9")
            assert "off since" in says(desk)
            desk.press("1", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("opt_out"))

    on_qt(scenario())


def test_a_refusal_keeps_the_words(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.service.refuse_next.append(Problem(422, ProblemType.MALFORMED, "That is not yet."))
            desk.press("F9", "2", "Ctrl+Return")
            await desk.until(lambda: "not yet" in says(desk))
            assert desk.side.panels.opt_out.editing
            assert desk.side.panels.opt_out.words.toPlainText() == "Take me off your list"

    on_qt(scenario())
