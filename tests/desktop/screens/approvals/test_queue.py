"""The approvals on the real window, by keys: read live, decided once, told of to whoever asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from care_console.contract.approvals import ApprovalKind, Decision
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.screens.approvals.queue import ApprovalsQueue
from care_console.desktop.shell import keys
from tests.support.fake_approvals import a_request
from tests.support.fake_service import PASSWORD
from tests.support.story_service import AWKWARD, AWKWARD_NAME
from tests.support.windows import Opened, a_window

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


def _queue(opened: Opened) -> ApprovalsQueue:
    queue = opened.window.queues.queues.get("approvals")
    assert isinstance(queue, ApprovalsQueue)
    return queue


async def _as(opened: Opened, login: str) -> ApprovalsQueue:
    await sign_in(opened.handle.desk, login, PASSWORD)
    await opened.until(lambda: opened.service.listeners)
    queue = _queue(opened)
    await opened.until(lambda: queue.count is not None)
    return queue


async def test_a_supervisor_approves_by_keys_with_the_story_in_sight(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        opened.service.approvals.requests["1"] = a_request("1")
        opened.service.approvals.requests["2"] = a_request("2", recipient_id=AWKWARD, recipient_name="Rosa")
        queue = await _as(opened, "sue")
        await opened.until(lambda: queue.list.hasFocus())
        assert (queue.count, queue.waits) == (2, True)
        story = queue.shown.story
        await opened.until(lambda: (row := story.timeline.selected_row()) and row.key == "charge:c28b")
        assert opened.child(QLabel, "approvalTitle").text() == "$3.99 refund for María Delgado"
        opened.press(Qt.Key.Key_Return)
        opened.press(Qt.Key.Key_1)
        opened.press(Qt.Key.Key_Tab)
        opened.child(QPlainTextEdit, "decisionNote").setFocus()
        opened.type("ok by me")
        opened.press(Qt.Key.Key_Return, CTRL)
        await opened.until(lambda: opened.service.done("decide"))
        [deed] = opened.service.done("decide")
        assert (deed.fields, deed.login) == ({"decision": "approve", "note": "ok by me"}, "sue")
        await opened.until(lambda: "sue approved it" in queue.decision.state.text)
        await opened.until(lambda: queue.count == 1)
        assert queue.list.hasFocus()
        opened.press(Qt.Key.Key_Down)
        await opened.until(lambda: queue.decision.approval and queue.decision.approval.id == "2")
        await opened.until(lambda: queue.model.rowCount() == 1)
        assert not queue.decision.note.toPlainText()


async def test_a_half_written_note_stays_with_its_request(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        opened.service.approvals.requests |= {id: a_request(id) for id in ("1", "2")}
        queue = await _as(opened, "sue")
        await opened.until(lambda: queue.list.hasFocus())
        queue.decision.note.setPlainText("not yet")
        opened.press(Qt.Key.Key_Down)
        assert not queue.decision.note.toPlainText()
        opened.press(Qt.Key.Key_Up)
        assert queue.decision.note.toPlainText() == "not yet"
        opened.press(Qt.Key.Key_Return, CTRL)
        assert not opened.service.done("decide")


async def test_who_is_second_is_told_of_the_first(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        approvals = opened.service.approvals
        approvals.requests["1"] = a_request("1")
        queue = await _as(opened, "sue")
        await opened.until(lambda: queue.list.hasFocus())
        opened.press(Qt.Key.Key_Return)
        opened.press(Qt.Key.Key_2)
        # decided elsewhere, and the event of it not here yet
        approvals.requests["1"] = a_request("1", decision=Decision.APPROVE, decided_by="omar")
        opened.press(Qt.Key.Key_Return, CTRL)
        await opened.until(lambda: "omar approved it" in queue.decision.state.text)
        assert not opened.service.done("decide")
        assert not queue.decision.commit_button.isVisible()


async def test_what_changed_meanwhile_can_only_be_declined(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        why = "The cardholder's bank is disputing this charge."
        opened.service.approvals.requests["1"] = a_request("1", why_not_approve=why)
        queue = await _as(opened, "sue")
        await opened.until(lambda: why in queue.decision.state.text)
        opened.press(Qt.Key.Key_Return)
        opened.press(Qt.Key.Key_1)
        opened.press(Qt.Key.Key_Return, CTRL)
        await opened.until(lambda: why in queue.decision.state.text)
        keys.forget_commits()
        opened.press(Qt.Key.Key_2)
        opened.press(Qt.Key.Key_Return, CTRL)
        await opened.until(lambda: opened.service.done("decide"))
        assert opened.service.done("decide")[0].fields["decision"] == "decline"


async def test_one_decides_nothing_of_ones_own_and_can_take_it_back(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        opened.service.approvals.requests["1"] = a_request("1", requested_by="sue")
        queue = await _as(opened, "sue")
        await opened.until(lambda: queue.decision.approval)
        assert (queue.count, queue.waits) == (1, False)
        assert not queue.decision.choices.isVisible()
        opened.press(Qt.Key.Key_Return)
        opened.press(Qt.Key.Key_Z, CTRL)
        await opened.until(lambda: opened.service.done("take_back"))
        await opened.until(lambda: "took it back" in queue.decision.state.text)


async def test_a_specialist_sees_their_own_and_is_told_what_became_of_it(tmp_path: Path) -> None:
    async with a_window(tmp_path) as opened:
        await opened.until(lambda: opened.service.listeners)
        queue = _queue(opened)
        approvals = opened.service.approvals
        approvals.put(a_request("1", requested_by="ana"))
        approvals.put(a_request("2", requested_by="ben"))
        await opened.until(lambda: queue.count == 1)
        assert not queue.waits
        decided = {"decision": Decision.DECLINE, "decided_by": "sue", "note": "talk to me first"}
        approvals.put(approvals.requests["1"].model_copy(update=decided))
        notices = opened.window.frame.notices
        await opened.until(lambda: any("sue declined it" in said for said in notices.sentences()))
        assert any("talk to me first" in said for said in notices.sentences())
        assert queue.count == 0
        assert not any("ben" in said for said in notices.sentences())


async def test_a_new_request_is_told_of_wherever_one_is(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        queue = await _as(opened, "sue")
        opened.window.open_caller(AWKWARD, AWKWARD_NAME, "+19725550199")
        await opened.read()
        opened.service.approvals.put(a_request("7"))
        notices = opened.window.frame.notices
        await opened.until(lambda: any("ben asks: $3.99 refund" in said for said in notices.sentences()))
        assert queue.count == 1
        assert queue.shown.callers.front is None  # nobody's story is read before it is looked at


async def test_a_number_that_nobody_is_known_by_and_a_name_with_markup(tmp_path: Path) -> None:
    async with a_window(tmp_path, signed_in=False) as opened:
        unknown = {
            "kind": ApprovalKind.CORRECTION,
            "subject": "9",
            "recipient_id": None,
            "recipient_name": "",
            "amount_cents": None,
            "reason": None,
            "charge_id": None,
            "words": "take me <b>off</b>",
        }
        opened.service.approvals.requests["1"] = a_request("1", **unknown)
        opened.service.approvals.requests["2"] = a_request("2", recipient_name=AWKWARD_NAME)
        queue = await _as(opened, "sue")
        await opened.until(lambda: queue.decision.approval)
        assert opened.child(QLabel, "approvalTitle").text() == "Opt-out correction for (214) 555-0142"
        assert not queue.shown.story.isVisible()
        opened.press(Qt.Key.Key_Down)
        assert opened.child(QLabel, "approvalTitle").text() == f"$3.99 refund for {AWKWARD_NAME}"
        for label in opened.window.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText or "<" not in label.text()
