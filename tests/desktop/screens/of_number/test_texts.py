"""The texts of a number over the window: by keys alone, live, page by page; and the mark "out of reach"."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from care_console.contract.problems import ProblemType
from care_console.contract.texts import OutOfReach, TextState
from care_console.desktop.screens.of_number.texts import TextsSheet
from tests.support.fake_texts import a_reply, a_text, some_texts
from tests.support.fake_wire import Problem
from tests.support.story_service import AWKWARD, MARIA, NOBODY
from tests.support.windows import Opened, with_window

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


async def _open(opened: Opened, recipient_id: str = MARIA) -> TextsSheet:
    """Open a caller and, by its key, the texts of the number."""
    story = opened.service.stories[recipient_id]
    opened.window.open_caller(recipient_id, story.name, story.phone)
    await opened.read()
    opened.press(Qt.Key.Key_M, CTRL)
    sheet: TextsSheet = opened.child(TextsSheet, "textsSheet")
    assert sheet.isVisible()
    await opened.until(lambda: sheet.model.loaded or sheet.says.text())
    return sheet


def _out_of_reach(opened: Opened, recipient_id: str = MARIA) -> None:
    now = opened.service.now
    reach = OutOfReach(
        failures=3, answer="absent <b>", at=now - timedelta(days=1), until=now + timedelta(days=29)
    )
    opened.service.reach[recipient_id] = reach
    story = opened.service.stories[recipient_id]
    opened.service.stories[recipient_id] = story.model_copy(update={"out_of_reach": reach})


@with_window
async def test_each_text_shows_its_words_and_what_became_of_it(opened: Opened) -> None:
    sheet = await _open(opened)
    shown = {row.key: row for row in (sheet.model.row_at(place) for place in range(sheet.model.rowCount()))}
    assert list(shown) == [f"text:{one.id}" for one in opened.service.texts[MARIA]]
    badges = {key.removeprefix("text:"): row.badge for key, row in shown.items()}
    assert badges["82"] == "read as STOP"
    assert badges["81"] == "held"
    assert badges["87"] == "not delivered"
    assert badges["86"] == "expired"
    assert badges["85"] == "suppressed"
    assert "quit texting me <i>please</i>" in shown["text:81"].line
    details = dict(shown["text:82"].details)
    assert details["Read as"] == "STOP, rule stop-words, rule set 2026-11"
    assert dict(shown["text:87"].details)["Why"] == "absent subscriber (27)"
    assert shown["text:83"].line.startswith("Confirms the opt-out: ")


@with_window
async def test_esc_and_its_own_key_put_it_away_and_give_the_focus_back(opened: Opened) -> None:
    sheet = await _open(opened)
    assert sheet.list.hasFocus()
    assert sheet.list.mapTo(sheet, sheet.list.rect().bottomRight()).y() < sheet.height()
    opened.press(Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert sheet.model.rowCount() == 0
    assert opened.window.frame.story.timeline.hasFocus()
    opened.press(Qt.Key.Key_M, CTRL)
    assert sheet.isVisible()
    opened.press(Qt.Key.Key_M, CTRL)
    assert not sheet.isVisible()


@with_window
async def test_a_new_text_waits_and_a_state_changes_in_its_place(opened: Opened) -> None:
    sheet = await _open(opened)
    service, count = opened.service, sheet.model.rowCount()
    before = service.texts[MARIA]
    delivered = before[2].model_copy(update={"state": TextState.DELIVERED})
    new = a_reply("99", service.now + timedelta(seconds=5), "HELP", "help", "help-words")
    service.texts[MARIA] = [new, *before[:2], delivered, *before[3:]]
    service.tell("recipient", MARIA, 2, MARIA)
    await opened.until(lambda: sheet.new_rows.isVisible())
    assert sheet.model.rowCount() == count
    assert sheet.model.row_at(2).badge == "delivered"
    assert sheet.new_rows.text().startswith("1 new")
    opened.press(Qt.Key.Key_F5)
    assert sheet.model.row_at(0).key == "text:99"
    assert not sheet.new_rows.isVisible()


@with_window
async def test_scrolling_fetches_older_pages(opened: Opened) -> None:
    now = opened.service.now
    many = [
        a_text(f"{1000 - n}", now - timedelta(hours=n), TextState.DELIVERED, f"text {n}") for n in range(130)
    ]
    opened.service.texts[MARIA] = many
    sheet = await _open(opened)
    assert sheet.model.rowCount() == 50
    while sheet.model.rowCount() < len(many):
        before = sheet.model.rowCount()
        opened.press(Qt.Key.Key_End)
        await opened.until(lambda before=before: sheet.model.rowCount() > before)
    keys = [sheet.model.row_at(place).key for place in range(len(many))]
    assert keys == [f"text:{one.id}" for one in many]
    assert len([one for one in opened.service.text_reads if one.startswith(MARIA)]) == 3


@with_window
async def test_another_caller_in_front_takes_the_texts_away(opened: Opened) -> None:
    sheet = await _open(opened)
    other = opened.service.stories[AWKWARD]
    opened.window.open_caller(AWKWARD, other.name, other.phone)
    await opened.read()
    await opened.until(lambda: not sheet.isVisible())
    opened.service.texts[AWKWARD] = []
    opened.press(Qt.Key.Key_M, CTRL)
    await opened.until(lambda: sheet.model.loaded)
    assert other.name in sheet.title.text()
    assert sheet.says.text().startswith("No text ever went")


@with_window
async def test_trouble_is_said_and_asked_again(opened: Opened) -> None:
    opened.service.no_texts = Problem(
        404, ProblemType.NOT_FOUND, "There is no recipient 'r1'. Find it again."
    )
    sheet = await _open(opened)
    await opened.until(lambda: "There is no recipient" in sheet.says.text())
    opened.service.no_texts = None
    opened.press(Qt.Key.Key_F5)
    await opened.until(lambda: sheet.model.rowCount() == len(some_texts(opened.service.now)))


@with_window
async def test_a_number_out_of_reach_is_marked_and_the_mark_cleared_by_one_key(opened: Opened) -> None:
    _out_of_reach(opened)
    sheet = await _open(opened)
    badge = opened.child(QWidget, "storyReach")
    assert badge.isVisible()
    words = opened.child(QLabel, "textsReachWords")
    assert "last 3 texts did not arrive" in words.text()
    assert "absent <b>" in words.text()
    opened.service.stories[MARIA] = opened.service.stories[MARIA].model_copy(update={"out_of_reach": None})
    opened.press(Qt.Key.Key_R, CTRL)
    await opened.until(lambda: sheet.cleared_state.text.startswith("The mark is gone"))
    assert [deed.fields["id"] for deed in opened.service.done("clear_reach")] == [MARIA]
    assert not opened.child(QPushButton, "reachClear").isVisible()
    await opened.until(lambda: not badge.isVisible())


@with_window
async def test_where_no_mark_is_the_key_says_so(opened: Opened) -> None:
    story = opened.service.stories[NOBODY]
    opened.window.open_caller(NOBODY, story.name, story.phone)
    await opened.read()
    opened.press(Qt.Key.Key_R, CTRL)
    sheet: TextsSheet = opened.child(TextsSheet, "textsSheet")
    await opened.until(lambda: "not marked" in sheet.cleared_state.text)
    assert not opened.child(QWidget, "storyReach").isVisible()
