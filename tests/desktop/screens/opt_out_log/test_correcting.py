"""Asking for a correction from a row of the opt-out log, and letting a held reply go, by keys."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.desktop.screens.opt_out_log.queue import OptOutLog
from care_console.desktop.shell import keys
from tests.support.log_service import LogService, a_log_window, a_row
from tests.support.windows import Opened

pytestmark = pytest.mark.asyncio
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def a_service() -> LogService:
    """A mistyped opt-out on top, then one by text, then a held reply."""
    service = LogService()
    kinds = (
        {"channel": ConsentChannel.CARE_CALL, "state": ConsentState.OPTED_OUT, "actor": "ana"},
        {"channel": ConsentChannel.SMS, "state": ConsentState.OPTED_OUT},
        {"channel": ConsentChannel.SMS, "state": ConsentState.HELD, "words": "wrong <b>number</b>"},
    )
    service.rows = [a_row(number, service.now, **kind) for number, kind in enumerate(kinds)]
    return service


async def the_queue(opened: Opened, key: str) -> OptOutLog:
    queues = opened.window.queues.queues
    queues.bring(key)
    queue = cast(OptOutLog, queues.get(key))
    await opened.until(lambda: queue.column.history.isVisible())
    return queue


async def go_to(opened: Opened, queue: OptOutLog, row_id: str) -> None:
    """Down, until the row with its whole evidence is shown."""
    while queue.column.row is None or queue.column.row.id != row_id:
        opened.press(Qt.Key.Key_Down)
    await opened.until(lambda: queue.column.history.isVisible())


async def test_a_mistyped_opt_out_is_asked_about_from_its_row_and_then_waits(tmp_path: Path) -> None:
    service = a_service()
    async with a_log_window(tmp_path, service) as opened:
        log = await the_queue(opened, "opt_out_log")
        assert log.column.correct.isVisible()
        opened.press(Qt.Key.Key_F9, SHIFT)
        panel = log.column.correcting
        assert panel.isVisible()
        assert isinstance(QApplication.focusWidget(), QPlainTextEdit)
        opened.press(Qt.Key.Key_Return, CTRL)
        assert "Say why it was a mistake" in panel.state.text
        keys.forget_commits()
        opened.type("typed 0142 for 0124")
        opened.press(Qt.Key.Key_Return, CTRL)
        await opened.until(lambda: service.done("correct"))
        assert service.done("correct")[0].fields == {"id": "900000", "reason": "typed 0142 for 0124"}
        await opened.until(lambda: "It waits for another person" in log.column.correction.text)
        assert not log.column.correct.isVisible()
        opened.press(Qt.Key.Key_Escape)
        assert not panel.isVisible()
        opened.press(Qt.Key.Key_F9, SHIFT)
        assert "asked for already" in log.column.trouble.text
        assert not panel.isVisible()


async def test_what_the_number_said_itself_is_not_corrected(tmp_path: Path) -> None:
    async with a_log_window(tmp_path, a_service()) as opened:
        log = await the_queue(opened, "opt_out_log")
        await go_to(opened, log, "899999")
        assert not log.column.correct.isVisible()
        opened.press(Qt.Key.Key_F9, SHIFT)
        assert "only its own START" in log.column.trouble.text


async def test_a_held_reply_that_is_no_refusal_is_asked_about_and_its_text_kept_meanwhile(
    tmp_path: Path,
) -> None:
    service = a_service()
    async with a_log_window(tmp_path, service) as opened:
        held = await the_queue(opened, "held_replies")
        assert "No refusal" in held.column.correct.text()
        bar = held.column.horizontalScrollBar()
        assert bar.maximum() == 0, "nothing stands beyond the column's edge"
        opened.press(Qt.Key.Key_F9, SHIFT)
        opened.type("asks about a")
        opened.press(Qt.Key.Key_Escape)
        assert not held.column.correcting.isVisible()
        opened.press(Qt.Key.Key_F9)
        assert held.column.deciding.isVisible()
        opened.press(Qt.Key.Key_F9, SHIFT)
        assert not held.column.deciding.isVisible()
        field = held.column.correcting.reason
        await opened.until(lambda: field.toPlainText() == "asks about a")
        opened.type(" neighbour's number")
        assert bar.maximum() == 0
        opened.press(Qt.Key.Key_Return, CTRL)
        await opened.until(lambda: service.done("correct"))
        assert service.done("correct")[0].fields["id"] == "899998"
        assert service.done("opt_out") == []


async def test_an_auditor_asks_for_nothing(tmp_path: Path) -> None:
    async with a_log_window(tmp_path, a_service(), login="ava") as opened:
        log = await the_queue(opened, "opt_out_log")
        assert not log.column.correct.isVisible()
        assert not keys.press("correction.open")
        assert not log.column.correcting.isVisible()
