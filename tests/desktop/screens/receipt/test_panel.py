"""A receipt by text: by two keys for the selected charge; refused in the service's words; not where off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from care_console.contract.problems import ProblemType
from care_console.desktop.screens.receipt.panel import ReceiptPanel
from care_console.desktop.shell import keys
from tests.support.fake_wire import Problem
from tests.support.story_service import MARIA, STOPPED
from tests.support.windows import Opened, with_window

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


async def _open(opened: Opened, recipient_id: str, row: str) -> ReceiptPanel:
    story = opened.service.stories[recipient_id]
    opened.window.open_caller(recipient_id, story.name, story.phone)
    await opened.read()
    await opened.until(lambda: opened.window.frame.story.timeline.select(row))
    opened.press(Qt.Key.Key_P, CTRL)
    panel: ReceiptPanel = opened.child(ReceiptPanel, "receiptPanel")
    return panel


@with_window
async def test_two_keys_text_the_receipt_of_the_selected_charge_and_the_note_says_so(opened: Opened) -> None:
    panel = await _open(opened, MARIA, "charge:c28b")
    assert panel.isVisible()
    await opened.until(panel.receipt.text)
    assert panel.receipt.text().startswith("Mensaje de voz de 1:12"), "in the caller's language"
    opened.press(Qt.Key.Key_Return, CTRL)
    await opened.until(lambda: panel.state.text.startswith("The receipt goes at "))
    assert panel.receipt.text() == "Receipt c28b: $3.99, Visa 4242"
    assert [deed.fields["id"] for deed in opened.service.done("receipt")] == ["c28b"]
    notes = opened.window.side.findChildren(QPlainTextEdit)  # type: ignore[attr-defined]
    assert any("Receipt sent by text." in note.toPlainText() for note in notes)
    keys.forget_commits()
    opened.press(Qt.Key.Key_Escape)
    assert not panel.isVisible()


@with_window
async def test_what_the_service_refuses_is_said_and_can_be_tried_again(opened: Opened) -> None:
    panel = await _open(opened, MARIA, "charge:c28")
    sentence = (
        "A supervisor paused this number, or the facility. No text went. Read the receipt aloud instead."
    )
    opened.service.refuse_next = [Problem(409, ProblemType.NUMBER_PAUSED, sentence)]
    opened.press(Qt.Key.Key_Return, CTRL)
    await opened.until(lambda: "No text went" in panel.state.text)
    assert panel.editing
    assert opened.service.done("receipt") == []


@with_window
async def test_where_texts_are_off_it_can_be_read_aloud_and_not_sent(opened: Opened) -> None:
    stopped = opened.service.stories[STOPPED].consent
    opened.service.stories[MARIA] = opened.service.stories[MARIA].model_copy(update={"consent": stopped})
    panel = await _open(opened, MARIA, "charge:c28")
    assert panel.state.text == "Texts to this number are off, so none may go. Read it aloud."
    await opened.until(panel.receipt.text)
    assert not panel.commit_button.isVisible()
    opened.press(Qt.Key.Key_P, CTRL)
    panel.commit()
    assert opened.service.done("receipt") == []


@with_window
async def test_with_no_charge_at_hand_it_says_what_to_select(opened: Opened) -> None:
    panel = await _open(opened, STOPPED, "message:m60")
    side = opened.window.side
    await opened.until(lambda: "Select the charge" in side.do.state.text or panel.isVisible())  # type: ignore[attr-defined]
    assert not panel.isVisible()
