"""The pauses over the window: a facility found by typing, paused and resumed by keys; and when that fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget

from care_console.contract.problems import ProblemType
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.session import SessionState
from care_console.desktop.screens.pauses.sheet import PausesSheet
from care_console.desktop.shell.command_sheet import Command
from tests.desktop.screens.pauses.desks import CTRL, PHONE, REASON, commit, window_of
from tests.support.fake_pauses import ALREADY, LONG
from tests.support.fake_wire import Problem
from tests.support.story_service import MARIA
from tests.support.windows import Opened

pytestmark = pytest.mark.asyncio
DALLAS = "1"


@contextlib.asynccontextmanager
async def pauses(folder: Path, *, with_line: bool = False) -> AsyncIterator[tuple[Opened, PausesSheet]]:
    """A supervisor's window."""
    async with window_of(folder, with_line=with_line) as opened:
        yield opened, opened.window.pauses


async def _open(opened: Opened) -> None:
    opened.press(Qt.Key.Key_J, CTRL)
    sheet = opened.window.pauses
    await opened.until(lambda: _is_read(sheet))


def _is_read(sheet: PausesSheet) -> bool:
    return sheet.isVisible() and bool(sheet.model.rowCount() or sheet.says.text())


def _titles(sheet: PausesSheet) -> list[str]:
    lines = [sheet.model.at(row) for row in range(sheet.model.rowCount())]
    return [line.thing.title for line in lines if line]


async def _find(opened: Opened, words: str, titles: list[str]) -> None:
    opened.type(words)
    await opened.until(lambda: _titles(opened.window.pauses) == titles)


async def test_a_facility_is_found_by_typing_paused_with_a_reason_and_resumed(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        assert sheet.says.text().startswith("Nothing is paused now.")
        await _find(opened, "dall", ["Dallas County Jail, TX"])
        opened.press(Qt.Key.Key_Return)
        assert sheet.panel.heading.text() == "Pause Dallas County Jail, TX"
        assert sheet.panel.reason.hasFocus()
        opened.type(REASON)
        commit(opened)
        await opened.until(lambda: sheet.panel.state.text.startswith("Paused since "))
        [deed] = opened.service.done("pause")
        assert (deed.fields["facility_id"], deed.fields["phone"], deed.fields["reason"]) == (
            DALLAS,
            None,
            REASON,
        )
        await opened.until(lambda: (line := sheet.model.at(0)) and line.badge == "paused")
        opened.press(Qt.Key.Key_Escape)
        assert not sheet.panel.isVisible()
        assert sheet.box.hasFocus()
        opened.press(Qt.Key.Key_Return)
        assert sheet.panel.heading.text() == "Resume Dallas County Jail, TX"
        assert sheet.panel.on_file.text().endswith(f"by sue: “{REASON}”")
        commit(opened)
        await opened.until(lambda: sheet.panel.state.text.startswith("Resumed at "))
        await opened.until(lambda: (line := sheet.model.at(0)) and not line.badge)
        opened.press(Qt.Key.Key_Escape)
        opened.press(Qt.Key.Key_Escape)
        assert not sheet.isVisible()


async def test_what_is_paused_stands_there_first_the_newest_on_top_and_a_number_is_resumed(
    tmp_path: Path,
) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        opened.service.pause("Recorder runs wild", "sam", facility_id=DALLAS)
        opened.service.pause(REASON, "system", phone=PHONE)
        await _open(opened)
        assert _titles(sheet) == ["(214) 555-0142", "Dallas County Jail, TX"]
        details = [line.detail for row in range(2) if (line := sheet.model.at(row))]
        assert details[0].endswith(f"by the operator: “{REASON}”")
        assert details[1].endswith("by sam: “Recorder runs wild”")
        opened.press(Qt.Key.Key_Return)
        assert sheet.panel.heading.text() == "Resume (214) 555-0142"
        commit(opened)
        await opened.until(lambda: sheet.panel.state.text.startswith("Resumed at "))
        await opened.until(lambda: _titles(sheet) == ["Dallas County Jail, TX"])


async def test_the_keys_move_in_the_list_and_pages_come_as_they_are_reached(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        opened.type("unit")
        await opened.until(lambda: sheet.model.rowCount() == 50)
        opened.press(Qt.Key.Key_Down)
        assert sheet.list.currentIndex().row() == 1
        while sheet.model.rowCount() < 96:
            before = sheet.model.rowCount()
            for _ in range(before):
                opened.press(Qt.Key.Key_PageDown)
            await opened.until(lambda before=before: sheet.model.rowCount() > before)
        assert _titles(sheet)[-1] == "Unit 095, TX"
        assert len(set(_titles(sheet))) == 96
        opened.press(Qt.Key.Key_Up)
        assert sheet.box.hasFocus()


async def test_two_of_one_name_are_told_apart_and_a_long_name_is_whole_in_its_form(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        await _find(opened, "jackson", ["Jackson County Jail, MO", "Jackson County Jail, TX"])
        opened.press(Qt.Key.Key_Down)
        opened.press(Qt.Key.Key_Return)
        assert sheet.panel.heading.text() == "Pause Jackson County Jail, TX"
        opened.press(Qt.Key.Key_Escape)
        sheet.box.clear()
        await _find(opened, "o'ng", [f"{LONG}, CA"])
        opened.press(Qt.Key.Key_Return)
        assert sheet.panel.heading.text() == f"Pause {LONG}, CA"
        assert sheet.panel.width() <= sheet.width()
        assert sheet.width() <= 900


async def test_enter_before_the_answer_chooses_the_only_one_and_never_one_of_several(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        hold = opened.service.hold_facilities = asyncio.Event()
        opened.type("jackson")
        opened.press(Qt.Key.Key_Return)
        hold.set()
        await opened.until(lambda: len(_titles(sheet)) == 2)
        assert not sheet.panel.isVisible()
        sheet.box.clear()
        await opened.until(lambda: not _titles(sheet))
        hold = opened.service.hold_facilities = asyncio.Event()
        opened.type("dallas")
        opened.press(Qt.Key.Key_Return)
        await opened.until(lambda: "dallas" in opened.service.pause_reads)
        await opened.until(lambda: sheet.says.text() == "Looking …")
        hold.set()
        await opened.until(sheet.panel.isVisible)
        assert sheet.panel.heading.text() == "Pause Dallas County Jail, TX"


async def test_what_nobody_is_called_and_what_could_not_be_read_are_said(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        opened.type("zzz <b>")
        await opened.until(lambda: sheet.says.text() == "No facility is called “zzz <b>”.")
        opened.service.no_pauses = Problem(503, ProblemType.NOT_FOUND, "The list rests.")
        opened.type("x")
        await opened.until(lambda: "F5 tries again" in sheet.says.text())
        opened.service.no_pauses = None
        sheet.box.setText("dall")
        opened.press(Qt.Key.Key_F5)
        await opened.until(lambda: _titles(sheet) == ["Dallas County Jail, TX"])


async def test_somebody_else_s_pause_is_shown_as_it_comes_and_turns_the_open_form(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        await _find(opened, "dall", ["Dallas County Jail, TX"])
        opened.press(Qt.Key.Key_Return)
        opened.type("half typed")
        made = opened.service.pause("Recorder runs wild", "sam", facility_id=DALLAS)
        opened.service.tell("pause", made.id)
        await opened.until(lambda: sheet.panel.heading.text() == "Resume Dallas County Jail, TX")
        opened.service.end(made.id, "sam")
        opened.service.tell("pause", made.id, 2)
        await opened.until(lambda: sheet.panel.heading.text() == "Pause Dallas County Jail, TX")
        assert sheet.panel.reason.toPlainText() == "half typed"


async def test_who_comes_second_is_told_and_shown_how_it_stands(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        await _find(opened, "dall", ["Dallas County Jail, TX"])
        opened.press(Qt.Key.Key_Return)
        opened.type("two at once")
        opened.service.pause("Recorder runs wild", "sam", facility_id=DALLAS)
        commit(opened)
        await opened.until(lambda: sheet.panel.heading.text().startswith("Resume"))
        assert sheet.panel.state.text == ALREADY
        assert sheet.panel.on_file.text().endswith("by sam: “Recorder runs wild”")
        assert opened.handle.desk.outbox.pending() == ()


async def test_with_the_line_cut_it_waits_and_what_is_refused_later_is_said_wherever_one_is(
    tmp_path: Path,
) -> None:
    async with pauses(tmp_path, with_line=True) as (opened, sheet):
        await _open(opened)
        await _find(opened, "dall", ["Dallas County Jail, TX"])
        opened.press(Qt.Key.Key_Return)
        opened.type(REASON)
        assert opened.line is not None
        await opened.line.shut()
        await opened.until(lambda: opened.handle.desk.backend.connection is ConnectionState.OFFLINE)
        commit(opened)
        await opened.until(lambda: "cannot be reached" in sheet.panel.state.text)
        assert "not done before the service has said so" in sheet.on_its_way.text
        opened.press(Qt.Key.Key_J, CTRL)
        assert not sheet.isVisible()
        opened.press(Qt.Key.Key_J, CTRL)
        await opened.until(lambda: "cannot be reached" in sheet.says.text())
        assert "not done before the service has said so" in sheet.on_its_way.text
        opened.press(Qt.Key.Key_J, CTRL)
        opened.service.pause("Recorder runs wild", "sam", facility_id=DALLAS)
        await opened.line.open()
        told = opened.window.frame.notices.sentences
        await opened.until(lambda: any(ALREADY in said for said in told()))
        assert opened.service.done("pause") == []


async def test_the_end_of_the_session_puts_it_away_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        await _find(opened, "dall", ["Dallas County Jail, TX"])
        opened.press(Qt.Key.Key_Return)
        opened.type("half typed")
        opened.service.end_sessions()
        commit(opened)
        await opened.until(lambda: opened.handle.desk.session.state is SessionState.EXPIRED)
        await opened.until(lambda: not sheet.isVisible())
        outbox = opened.handle.desk.outbox  # the end may be heard before the row is on disk
        await opened.until(lambda: [row.body["reason"] for row in outbox.pending()] == ["half typed"])


async def test_a_reason_half_typed_is_there_again(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        await _open(opened)
        await _find(opened, "dall", ["Dallas County Jail, TX"])
        opened.press(Qt.Key.Key_Return)
        opened.type("half typed")
        opened.press(Qt.Key.Key_J, CTRL)
        assert not sheet.isVisible()
        await _open(opened)
        assert not sheet.panel.isVisible()
        await _find(opened, "dall", ["Dallas County Jail, TX"])
        opened.press(Qt.Key.Key_Return)
        await opened.until(lambda: sheet.panel.reason.toPlainText() == "half typed")


async def test_it_makes_room_for_the_texts_of_a_number_and_takes_their_room(tmp_path: Path) -> None:
    async with pauses(tmp_path) as (opened, sheet):
        opened.window.open_caller(MARIA, "", PHONE)
        await opened.read()
        await _open(opened)
        opened.press(Qt.Key.Key_M, CTRL)
        assert not sheet.isVisible()
        assert opened.window.of_number.texts.isVisible()
        await _open(opened)
        assert not opened.window.of_number.texts.isVisible()


async def test_who_may_not_pause_has_no_sheet_and_is_told_why(tmp_path: Path) -> None:
    async with window_of(tmp_path, "ana") as opened:
        opened.press(Qt.Key.Key_J, CTRL)
        assert not opened.window.pauses.isVisible()
        opened.press(Qt.Key.Key_K, CTRL)
        opened.type("pauses")
        command: Command = opened.child(QListWidget, "commandList").item(0).data(Qt.ItemDataRole.UserRole + 1)
        assert command.why_not == "The role specialist may not do this; the role supervisor may."
