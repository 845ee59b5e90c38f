"""The opt-out log on the real window: counted at once, read lazily, filtered and decided by keys."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QListWidget, QPushButton, QWidget

from care_console.contract.consent import ConsentState
from care_console.contract.roles import Role
from care_console.desktop.screens.opt_out_log.filters import Span, e164
from care_console.desktop.screens.opt_out_log.queue import HELD, LOG, HeldReplies, OptOutLog
from care_console.desktop.shell import keys
from tests.support.log_service import LONG_WORDS, LogService, a_log_window, a_row
from tests.support.windows import Opened

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


def the_log(opened: Opened, key: str = "opt_out_log") -> OptOutLog:
    """The queue, put in front."""
    queues = opened.window.queues.queues
    queues.bring(key)
    return cast(OptOutLog, queues.get(key))


def filled(count: int = 240) -> LogService:
    service = LogService()
    service.fill(count)
    return service


def label(opened: Opened, name: str, part: QWidget) -> str:
    found = part.findChild(QLabel, name)
    assert found is not None
    return cast(str, found.text())


async def test_who_has_which_queue() -> None:
    for role, has in ((Role.SUPERVISOR, True), (Role.AUDITOR, False), (Role.SPECIALIST, False)):
        assert HELD.shown_to(role) is has
    for role, has in ((Role.SUPERVISOR, True), (Role.AUDITOR, True), (Role.SPECIALIST, False)):
        assert LOG.shown_to(role) is has


async def test_the_exact_count_comes_with_the_first_page_and_more_by_scrolling(
    tmp_path: Path,
) -> None:
    service = filled(450)
    service.total = 9_812_331
    async with a_log_window(tmp_path, service) as opened:
        log = the_log(opened)
        QAbstractItemModelTester(log.reader.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        await opened.until(lambda: log.reader.model.rowCount() >= 100)
        assert label(opened, "logCount", log.pane) == "9,812,331 rows"
        pages = [asked for asked in service.asked if asked.get("limit") == "100" and "waiting" not in asked]
        assert len(pages) == 1
        log.pane.focus_list()
        opened.press(Qt.Key.Key_PageDown)
        for there in (100, 200, 300, 400):
            opened.press(Qt.Key.Key_End)
            await opened.until(lambda there=there: log.reader.model.rowCount() > there)  # type: ignore[misc]
        keys_shown = [log.reader.model.row_at(place).key for place in range(450)]
        assert len(set(keys_shown)) == 450


async def test_a_row_opens_in_its_place_and_its_whole_evidence_stands_at_the_right(tmp_path: Path) -> None:
    service = filled()
    async with a_log_window(tmp_path, service, login="ava") as opened:
        log = the_log(opened)
        await opened.until(lambda: log.reader.model.loaded)
        log.pane.focus_list()
        opened.press(Qt.Key.Key_Down)
        opened.press(Qt.Key.Key_Down)
        await opened.until(lambda: log.column.history.isVisible())
        assert label(opened, "evidenceWords", log.column) == f"“{LONG_WORDS}”"
        assert label(opened, "evidencePhone", log.column) == "(214) 555-0002"
        told = {pair[0].text(): pair[1].text() for pair in log.column._facts if pair[0].text()}
        assert told["Call"] == "call-2"
        assert told["By"] == "ana"
        assert told["Texts ended"] == "2"
        assert "START" in label(opened, "evidenceHistoryWords", log.column)
        assert label(opened, "evidenceCancelledWords", log.column).count("Link") == 2
        opened.press(Qt.Key.Key_Return)
        assert log.pane.list.currentIndex().data(Qt.ItemDataRole.UserRole + 2) is True
        opened.press(Qt.Key.Key_Up)
        await opened.until(lambda: label(opened, "evidencePhone", log.column) == "(214) 555-0001")
        await opened.until(lambda: log.column.stands.isVisible())
        told = {pair[0].text(): pair[1].text() for pair in log.column._facts if pair[0].text()}
        assert told["Text id"] == "SM00000001"
        assert told["Confirmed"] == "after 2 s, text SC00000001"
        assert not log.column.stop.isVisible()
        assert not log.column.story.isVisible()  # an auditor opens no story


async def test_it_is_filtered_by_keys_alone(tmp_path: Path) -> None:
    service = filled()
    async with a_log_window(tmp_path, service) as opened:
        log = the_log(opened)
        await opened.until(lambda: log.reader.model.loaded)
        opened.press(Qt.Key.Key_F, CTRL)
        assert QApplication.focusWidget() is log.pane.filters.span
        opened.press(Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is log.pane.filters.state
        opened.press(Qt.Key.Key_Down)
        opened.press(Qt.Key.Key_Down)
        held = sum(row.state is ConsentState.HELD for row in service.rows)
        await opened.until(lambda: label(opened, "logCount", log.pane) == f"{held} rows")
        assert label(opened, "logOfWhat", log.pane) == "held"
        opened.press(Qt.Key.Key_Tab)
        opened.press(Qt.Key.Key_Tab)
        opened.type("ana")
        await opened.until(lambda: service.asked[-1].get("actor") == "ana")
        opened.press(Qt.Key.Key_Escape)
        await opened.until(lambda: log.reader.model.loaded)
        assert QApplication.focusWidget() is log.pane.list
        opened.press(Qt.Key.Key_F, CTRL | Qt.KeyboardModifier.ShiftModifier)
        await opened.until(lambda: label(opened, "logCount", log.pane) == "240 rows")


async def test_a_filter_that_holds_nothing_says_what_was_filtered(tmp_path: Path) -> None:
    async with a_log_window(tmp_path, filled(8)) as opened:
        log = the_log(opened)
        await opened.until(lambda: log.reader.model.loaded)
        phone = log.pane.filters.phone
        phone.setFocus()
        opened.type("214 555")
        await opened.until(lambda: log.pane.filters.trouble.isVisible())
        assert log.reader.wanted.phone is None
        opened.type("9999")
        await opened.until(lambda: label(opened, "logCount", log.pane) == "0 rows")
        says = label(opened, "logSays", log.pane)
        assert "(214) 555-9999" in says
        assert log.column.row is None
        assert not log.pane.export.isEnabled()


async def test_days_are_whole_days_of_the_desk(tmp_path: Path) -> None:
    service = filled(5)
    async with a_log_window(tmp_path, service) as opened:
        log = the_log(opened)
        await opened.until(lambda: log.reader.model.loaded)
        span = cast(QComboBox, log.pane.filters.span)
        span.setCurrentIndex(list(Span).index(Span.WEEK))
        await opened.until(lambda: "since" in service.asked[-1])
        since = service.asked[-1]["since"]
        assert since[11:16] in ("04:00", "05:00")  # midnight in New York
        span.setCurrentIndex(list(Span).index(Span.BETWEEN))
        await opened.until(lambda: "until" in service.asked[-1])
        assert service.asked[-1]["until"] > service.asked[-1]["since"]


async def test_what_is_new_waits_and_moves_nothing(tmp_path: Path) -> None:
    service = filled(30)
    async with a_log_window(tmp_path, service, login="ava") as opened:
        log = the_log(opened)
        await opened.until(lambda: log.reader.model.loaded)
        log.reader._soon.setInterval(10)
        await opened.until(lambda: service.listeners)
        at = log.pane.list.currentIndex().row()
        service.rows.insert(0, a_row(0, service.now, id="999999", words="new one"))
        service.tell("consent", "999999")
        await opened.until(lambda: log.reader.model.waiting == 1)
        assert log.pane.new_rows.isVisible()
        assert log.reader.model.rowCount() == 30
        assert log.pane.list.currentIndex().row() == at
        assert label(opened, "logCount", log.pane) == "31 rows"
        opened.press(Qt.Key.Key_F5)
        assert log.reader.model.rowCount() == 31
        assert log.reader.model.row_at(0).line.endswith("“new one”")


async def test_a_held_reply_is_stopped_for_good_and_is_gone_from_the_queue(tmp_path: Path) -> None:
    service = filled(60)
    async with a_log_window(tmp_path, service) as opened:
        held = cast(HeldReplies, the_log(opened, "held_replies"))
        await opened.until(lambda: held.reader.model.loaded)
        many = held.reader.model.rowCount()
        assert held.count == many
        assert held.waits
        held.reader._soon.setInterval(10)
        await opened.until(lambda: held.column.stop.isVisible())
        row = held.column.row
        assert row is not None
        opened.press(Qt.Key.Key_F9)
        panel = held.column.deciding
        assert panel.isVisible()
        assert service.done("opt_out") == []
        opened.press(Qt.Key.Key_Return, CTRL)
        await opened.until(lambda: service.done("opt_out"))
        asked = service.done("opt_out")[0].fields
        assert (asked["phone"], asked["channel"], asked["words"]) == (row.phone, row.channel, row.words)
        await opened.until(lambda: "Texts are off since" in panel.state.text)
        service.tell("consent", "1")
        await opened.until(lambda: held.count == many - 1)
        await opened.until(lambda: held.reader.model.rowCount() == many - 1)
        assert held.reader.model.place_of(f"opt_out:{row.id}") is None


async def test_without_the_service_it_says_so_and_reads_when_it_is_back(tmp_path: Path) -> None:
    service = filled(3)
    async with a_log_window(tmp_path, service) as opened:
        log = the_log(opened)
        await opened.until(lambda: log.reader.model.loaded)
        log.reader.troubled.emit("x")  # a page that is here stays here
        assert log.pane.list.isVisible()
        service.end_sessions()
        opened.press(Qt.Key.Key_F5)
        await opened.until(lambda: log.reader.trouble)
        assert "session has ended" in log.reader.trouble


async def test_the_story_of_whoever_is_known_opens_from_a_row(tmp_path: Path) -> None:
    async with a_log_window(tmp_path, filled(10)) as opened:
        log = the_log(opened)
        await opened.until(lambda: log.column.story.isVisible())
        opened.press(Qt.Key.Key_O, CTRL)
        await opened.read()
        assert opened.window.callers.front is not None
        assert opened.window.callers.front.recipient_id == "r1"


async def test_an_auditors_window_has_no_key_that_acts(tmp_path: Path) -> None:
    async with a_log_window(tmp_path, filled(20), login="ava") as opened:
        log = the_log(opened)
        await opened.until(lambda: log.column.history.isVisible())
        assert opened.window.queues.queues.get("held_replies") is None
        for name in ("stop.open", "log.story", "commit"):
            assert not keys.press(name)
        assert not log.column.stop.isVisible()
        buttons = {made.text() for made in log.column.findChildren(QPushButton) if made.isVisible()}
        assert buttons == set()
        assert opened.child(QListWidget, "queues").count() == 1


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2145550142", "+12145550142"),
        ("(214) 555-0142", "+12145550142"),
        ("+1 214 555 0142", "+12145550142"),
        ("1-214-555-0142", "+12145550142"),
        ("214555", None),
        ("114 555 0142", None),
        ("", None),
    ],
)
async def test_a_number_is_taken_however_it_is_typed(typed: str, number: str | None) -> None:
    assert e164(typed) == number
