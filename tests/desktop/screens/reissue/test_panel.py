"""A new link on the real window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from care_console.desktop.shell import keys
from tests.desktop.screens.care import CareService, care, on_qt
from tests.support.story_service import MARIA, NOBODY, STOPPED


def test_a_new_link_in_three_keys_to_be_read_aloud(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F8", "2", "Ctrl+Return")
            await desk.until(lambda: desk.find(QLabel, "reissueCode").text())
            done = desk.service.done("reissue")
            assert [deed.fields for deed in done] == [{"id": "m28", "reason": "lost"}]
            assert desk.find(QLabel, "reissueCode").text() == "H7K2"
            assert desk.find(QLabel, "reissueSpelled").text() == "H as in Hotel, 7, K as in Kilo, 2"
            assert desk.find(QLineEdit, "reissueUrl").text() == "https://mvm.example/m/H7K2"
            assert "A text with it goes" in desk.find(QLabel, "reissueTexts").text()

    on_qt(scenario())


def test_pressing_again_and_again_makes_one_link(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F8", "1", "Ctrl+Return", "Ctrl+Return")
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await desk.until(lambda: desk.find(QLabel, "reissueCode").text())
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await desk.settled()
            assert len(desk.service.done("reissue")) == 1

    on_qt(scenario())


def test_what_the_caller_said_suggests_the_reason(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+6", "F8", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("reissue"))
            assert desk.service.done("reissue")[0].fields["reason"] == "expired"

    on_qt(scenario())


def test_no_reason_no_link(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F8", "Ctrl+Return")
            assert "Why is it made anew?" in desk.find(QWidget, "reissuePanelState").text
            assert not desk.handle.desk.outbox.pending()

    on_qt(scenario())


def test_no_text_to_a_number_that_is_off_is_said_before(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        off = service.stories[STOPPED].consent
        service.stories[MARIA] = service.stories[MARIA].model_copy(update={"consent": off})
        async with care(folder, service) as desk:
            desk.press("F8")
            assert "Texts are off" in desk.find(QLabel, "reissueTexts").text()

    on_qt(scenario())


def test_without_a_message_there_is_no_panel(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder, who=NOBODY) as desk:
            desk.press("F8")
            assert desk.side.panels.reissue.isHidden()
            assert "no message" in desk.find(QWidget, "doState").text

    on_qt(scenario())
