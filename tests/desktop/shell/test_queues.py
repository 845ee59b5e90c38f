"""The queues on the real window: who has which, how one takes the centre, which keys a role has."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QWidget

from care_console.contract.roles import Permission, Role, may
from care_console.desktop.actions.sessions import sign_in, sign_out
from care_console.desktop.desk import Desk
from care_console.desktop.shell import keys
from care_console.desktop.shell.queue_view import NEEDS, QueueView
from care_console.desktop.shell.queues import Queue, QueueDesk, QueueKind
from tests.support.fake_service import PASSWORD
from tests.support.story_service import MARIA
from tests.support.windows import Opened, a_window

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


class _Log(Queue):
    """A queue that only counts."""

    closed: ClassVar[list[str]] = []

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self.centre = QLabel("what the log says", parent)
        self.centre.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.items = QListWidget(parent)
        self.whose = desk.session.staff.login if desk.session.staff else ""

    def close(self) -> None:
        _Log.closed.append(self.whose)


def _kind(key: str, permission: Permission) -> QueueKind:
    return QueueKind(key, key.title(), lambda role: may(role, permission), _Log)


KINDS = (_kind("approvals", Permission.REFUND), _kind("log", Permission.READ_OPT_OUT_LOG))


def plugged(opened: Opened) -> QueueDesk:
    """The window with two queues of this test's in the place of its own."""
    window = opened.window
    window.queues.close()
    window.queues = QueueView(window.parts, KINDS, window)
    return window.queues.queues


async def test_each_role_has_its_queues_and_a_person_finds_nothing_of_anothers(tmp_path: Path) -> None:
    _Log.closed.clear()
    async with a_window(tmp_path) as opened:
        queues = plugged(opened)
        assert [line.key for line in queues.lines()] == ["approvals"]
        await sign_out(opened.handle.desk)
        assert queues.lines() == ()
        assert _Log.closed == ["ana"]
        await sign_in(opened.handle.desk, "sue", PASSWORD)
        assert [line.key for line in queues.lines()] == ["approvals", "log"]
        await sign_out(opened.handle.desk)
        await sign_in(opened.handle.desk, "ava", PASSWORD)
        assert [line.key for line in queues.lines()] == ["log"]
        assert _Log.closed == ["ana", "sue", "sue"]


async def test_a_queue_takes_the_centre_and_the_caller_comes_back(tmp_path: Path) -> None:
    async with a_window(tmp_path) as opened:
        queues, frame = plugged(opened), opened.window.frame
        story = opened.service.stories[MARIA]
        opened.window.open_caller(MARIA, story.name, story.phone)
        await opened.read()
        frame.story.timeline.select("note:n1")
        opened.press(Qt.Key.Key_F3)
        log = queues.get("approvals")
        assert log is not None
        assert queues.front is log
        assert log.centre.isVisible()
        assert log.items is not None
        assert log.items.isVisible()
        assert not frame.story.isVisible()
        assert not frame.side_widget.isVisible()
        opened.press(Qt.Key.Key_F7)
        assert any("Open a caller first" in said for said in frame.notices.sentences())
        opened.press(Qt.Key.Key_Escape)  # the notice
        opened.press(Qt.Key.Key_Escape)
        assert frame.story.isVisible()
        assert opened.window.callers.front is not None
        assert frame.story.timeline.selected_row().key == "note:n1"  # type: ignore[union-attr]
        opened.press(Qt.Key.Key_F3)
        opened.press(Qt.Key.Key_W, CTRL)
        assert frame.story.isVisible()
        assert opened.window.callers.front.recipient_id == MARIA


async def test_a_count_is_shown_as_it_changes_and_choosing_the_line_brings_the_queue(tmp_path: Path) -> None:
    async with a_window(tmp_path) as opened:
        queues = plugged(opened)
        shown = opened.child(QListWidget, "queues")
        assert shown.count() == 1
        log = queues.get("approvals")
        assert log is not None
        log.show_count(3, waits=True)
        [line] = queues.lines()
        assert (line.count, line.waits) == (3, True)
        item = shown.item(0)
        assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "Approvals, 3"
        shown.itemActivated.emit(item)
        assert queues.front is log


async def test_who_decides_or_only_reads_begins_at_the_first_queue(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        queues = plugged(opened)
        await sign_in(opened.handle.desk, "sue", PASSWORD)
        await opened.until(lambda: queues.front_key == "approvals")
        assert opened.window.frame.top.find_box.isVisible()
        await sign_out(opened.handle.desk)
        await sign_in(opened.handle.desk, "ava", PASSWORD)
        await opened.until(lambda: queues.front_key == "log")


async def test_an_auditor_has_no_key_that_acts_and_no_caller_to_find(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        plugged(opened)
        await sign_in(opened.handle.desk, "ava", PASSWORD)
        window = opened.window
        await opened.until(lambda: window.frame.splitter.isVisible())
        acts = [name for name, needed in NEEDS.items() if not may(Role.AUDITOR, needed)]
        assert {"find", "refund.open", "reissue.open", "stop.open", "preview.open", "commit"} <= set(acts)
        assert not [name for name in acts if keys.works_now(name) or keys.press(name)]
        assert not window.frame.top.find_box.isVisible()
        assert not window.frame.callers.callers.isVisible()
        assert not set(acts) & set(window.frame.status.shown_keys())
        window.key_sheet.open()
        shown = {label.text() for label in window.key_sheet.findChildren(QLabel) if label.isVisible()}
        assert "Refund" not in shown
        assert "Act" not in shown
        assert "Queues, one after another" in shown
