"""What the desk has said can be read again, and is gone with its person."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QWidget

from care_console.desktop.actions.sessions import sign_in, sign_out
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.tokens import Tone
from tests.support.fake_service import PASSWORD
from tests.support.windows import Opened, with_window

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.asyncio
@with_window
async def test_notices_are_kept_to_be_read_again_until_their_person_is_gone(opened: Opened) -> None:
    for words in ("First <b>thing</b>", "Second thing"):
        opened.window.say(Notice(words, Tone.GOOD, about="one place"))
    opened.window.frame.notices.put_away("one place")
    opened.press(Qt.Key.Key_H, CTRL)
    shown: QListWidget = opened.child(QListWidget, "saidList")
    assert shown.hasFocus()
    assert [shown.item(row).text().split("   ")[1] for row in range(2)] == [
        "Second thing",
        "First <b>thing</b>",
    ]
    opened.press(Qt.Key.Key_Escape)
    assert not opened.child(QWidget, "saidSheet").isVisible()
    await sign_out(opened.handle.desk)
    await sign_in(opened.handle.desk, "ben", PASSWORD)
    opened.press(Qt.Key.Key_H, CTRL)
    assert shown.count() == 0
