"""A number is paused from its story with a reason, by keys, and resumed; who comes second is told so."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPlainTextEdit, QWidget

from care_console.desktop.screens.pauses.panel import PausePanel
from care_console.desktop.shell.command_sheet import Command
from tests.desktop.screens.pauses.desks import CTRL, PHONE, REASON, SHIFT, commit, window_of
from tests.support.fake_pauses import ALREADY
from tests.support.story_service import AWKWARD, MARIA
from tests.support.windows import Opened

pytestmark = pytest.mark.asyncio


@contextlib.asynccontextmanager
async def a_story(folder: Path, login: str = "sue") -> AsyncIterator[tuple[Opened, PausePanel]]:
    """Maria's story in the window of a supervisor, or of somebody else."""
    async with window_of(folder, login) as opened:
        opened.window.open_caller(MARIA, "", PHONE)
        await opened.read()
        yield opened, opened.window.side.panels.pause  # type: ignore[attr-defined]


def _press(opened: Opened) -> None:
    opened.press(Qt.Key.Key_P, CTRL | SHIFT)


async def test_a_number_is_paused_and_resumed_by_keys_and_its_story_says_so(tmp_path: Path) -> None:
    async with a_story(tmp_path) as (opened, panel):
        badge, since = opened.window.frame.story.header.paused, opened.window.frame.story.header.pause
        assert not badge.isVisible()
        _press(opened)
        assert panel.heading.text() == "Pause (214) 555-0142"
        assert panel.reason.hasFocus()
        opened.type(REASON)
        commit(opened)
        await opened.until(lambda: panel.state.text.startswith("Paused since "))
        [deed] = opened.service.done("pause")
        assert (deed.fields["phone"], deed.fields["reason"], deed.login) == (PHONE, REASON, "sue")
        await opened.until(badge.isVisible)
        assert since.isVisible()
        assert since.text().endswith(f"by sue: “{REASON}”")
        notes = opened.window.side.findChildren(QPlainTextEdit)  # type: ignore[attr-defined]
        assert any("Number paused." in note.toPlainText() for note in notes)
        opened.press(Qt.Key.Key_Escape)
        _press(opened)
        assert panel.heading.text() == "Resume (214) 555-0142"
        assert not panel.reason.isVisible()
        assert REASON in panel.on_file.text()
        commit(opened)
        await opened.until(lambda: panel.state.text.startswith("Resumed at "))
        await opened.until(lambda: not badge.isVisible())
        assert not since.isVisible()
        assert opened.service.lasting() == []


async def test_nothing_goes_without_a_reason_or_with_a_card_number_in_it(tmp_path: Path) -> None:
    async with a_story(tmp_path) as (opened, panel):
        _press(opened)
        commit(opened)
        assert panel.state.text.startswith("Say why")
        opened.type("her card 4242 4242 4242 4242")
        commit(opened)
        assert "looks like a card number" in panel.state.text
        assert panel.editing
        assert opened.service.pauses == []


async def test_who_comes_second_is_told_and_shown_how_it_stands(tmp_path: Path) -> None:
    """Somebody else paused it, and the event of it did not come."""
    async with a_story(tmp_path) as (opened, panel):
        _press(opened)
        opened.type("two at once")
        opened.service.pause("Abuse from this number", "sam", phone=PHONE)
        commit(opened)
        await opened.until(lambda: panel.heading.text().startswith("Resume"))
        assert panel.state.text == ALREADY
        assert panel.on_file.text().endswith("by sam: “Abuse from this number”")
        assert panel.reason.toPlainText() == "two at once", "nothing typed is lost"
        assert opened.service.done("pause") == []
        commit(opened)
        await opened.until(lambda: panel.state.text.startswith("Resumed at "))


async def test_a_pause_by_somebody_else_turns_the_open_form_as_it_comes(tmp_path: Path) -> None:
    async with a_story(tmp_path) as (opened, panel):
        _press(opened)
        opened.type("half typed")
        made = opened.service.pause("Abuse from this number", "sam", phone=PHONE)
        opened.service.tell("recipient", MARIA, 2, MARIA)
        await opened.until(lambda: panel.heading.text() == "Resume (214) 555-0142")
        opened.service.end(made.id, "sam")
        commit(opened)
        await opened.until(lambda: "resumed already" in panel.state.text)
        assert "by sam" in panel.state.text


async def test_a_reason_half_typed_is_there_again_after_another_caller(tmp_path: Path) -> None:
    async with a_story(tmp_path) as (opened, panel):
        _press(opened)
        opened.type("half typed")
        opened.window.open_caller(AWKWARD, "", "+19725550199")
        await opened.read()
        assert not panel.isVisible()
        _press(opened)
        assert panel.heading.text() == "Pause (972) 555-0199"
        assert panel.reason.toPlainText() == ""
        opened.press(Qt.Key.Key_Escape)
        opened.press(Qt.Key.Key_Tab, CTRL)
        await opened.read()
        await opened.until(panel.isVisible)
        assert panel.heading.text() == "Pause (214) 555-0142"
        await opened.until(lambda: panel.reason.toPlainText() == "half typed")


async def test_the_texts_of_a_paused_number_say_why_they_wait(tmp_path: Path) -> None:
    async with a_story(tmp_path, "ana") as (opened, _panel):
        opened.service.pause(REASON, "sue", phone=PHONE)
        opened.press(Qt.Key.Key_M, CTRL)
        words = opened.child(QLabel, "textsPausedWords")
        await opened.until(words.isVisible)
        assert f"by sue: “{REASON}”. Its texts wait until somebody resumes it" in words.text()


async def test_where_it_is_paused_a_link_and_a_receipt_say_beforehand_that_no_text_goes(
    tmp_path: Path,
) -> None:
    async with a_story(tmp_path, "ana") as (opened, _panel):
        opened.service.pause(REASON, "sue", phone=PHONE)
        opened.service.tell("recipient", MARIA, 2, MARIA)
        await opened.until(opened.window.frame.story.header.paused.isVisible)
        opened.press(Qt.Key.Key_F8)
        await opened.until(opened.child(QWidget, "reissuePanel").isVisible)
        assert "The number is paused" in opened.child(QLabel, "reissueTexts").text()
        opened.press(Qt.Key.Key_Escape)
        timeline = opened.window.frame.story.timeline
        await opened.until(lambda: timeline.select("charge:c28b"))
        opened.press(Qt.Key.Key_P, CTRL)
        receipt = opened.child(QWidget, "receiptPanel")
        await opened.until(receipt.isVisible)
        assert receipt.state.text == "This number is paused, so none may go. Read it aloud."


async def test_a_specialist_sees_the_pause_and_is_told_beforehand_who_may_end_it(tmp_path: Path) -> None:
    async with a_story(tmp_path, "ana") as (opened, panel):
        opened.service.pause(REASON, "sue", phone=PHONE)
        opened.service.tell("recipient", MARIA, 2, MARIA)
        await opened.until(opened.window.frame.story.header.paused.isVisible)
        _press(opened)
        assert not panel.isVisible()
        opened.press(Qt.Key.Key_K, CTRL)
        opened.type("pause or")
        shown = opened.child(QListWidget, "commandList")
        command: Command = shown.item(0).data(Qt.ItemDataRole.UserRole + 1)
        assert (command.label, command.why_not) == (
            "Pause or resume the number",
            "The role specialist may not do this; the role supervisor may.",
        )
