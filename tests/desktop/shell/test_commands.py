"""The commands: all that can be done now with its key, and of the rest why it cannot."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from care_console.contract.recipients import Act, Possibility
from care_console.desktop.shell import keys
from care_console.desktop.shell.command_sheet import Command
from tests.support.story_service import MARIA
from tests.support.windows import Opened, with_window

pytestmark = pytest.mark.asyncio
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _listed(opened: Opened) -> dict[str, Command]:
    shown: QListWidget = opened.child(QListWidget, "commandList")
    items = [shown.item(row).data(Qt.ItemDataRole.UserRole + 1) for row in range(shown.count())]
    return {command.label: command for command in items}


def _ask(opened: Opened, words: str) -> dict[str, Command]:
    opened.press(Qt.Key.Key_K, CTRL)
    opened.type(words)
    found = _listed(opened)
    opened.press(Qt.Key.Key_Escape)
    return found


@with_window
async def test_what_cannot_be_done_is_found_by_typing_and_says_why(opened: Opened) -> None:
    opened.press(Qt.Key.Key_K, CTRL)
    assert all(not command.why_not for command in _listed(opened).values())
    assert "Refund" not in _listed(opened)
    opened.press(Qt.Key.Key_Escape)
    assert _ask(opened, "refund")["Refund"].why_not == "No caller is open; F2 finds one."
    assert _ask(opened, "next open")["Next open caller"].why_not == "There is no other open caller."
    assert _ask(opened, "nothing like it") == {}


@with_window
async def test_what_the_service_does_not_allow_says_so_in_its_words(opened: Opened) -> None:
    story = opened.service.stories[MARIA]
    why = "No message was ever recorded for this recipient."
    may = [
        Possibility(act=act, allowed=act is not Act.REISSUE, why_not=why if act is Act.REISSUE else None)
        for act in Act
    ]
    opened.service.stories[MARIA] = story.model_copy(update={"may": may})
    opened.window.open_caller(MARIA, "", "+12145550142")
    await opened.read()
    assert _ask(opened, "new link")["New link"].why_not == why
    assert _ask(opened, "refund")["Refund"].why_not == ""
    opened.press(Qt.Key.Key_K, CTRL)
    opened.type("new link")
    opened.press(Qt.Key.Key_Return)
    assert opened.child(QWidget, "commandSheet").isVisible(), "what cannot be done is not done"


@with_window
async def test_every_action_is_listed_with_its_key_and_asks_as_the_focus_was(opened: Opened) -> None:
    opened.window.open_caller(MARIA, "", "+12145550142")
    await opened.read()
    every = {command.action for command in opened.window.commands.now() if command.action}
    assert every == keys.KEY_MAP.keys() - {"commands", "back"}
    opened.press(Qt.Key.Key_F9)
    await opened.until(lambda: keys.works_now("commit"))
    # The box of the commands has the focus now; the panel that commits had it before.
    assert _ask(opened, "do it")["Do it"].why_not == ""


@with_window
async def test_the_number_is_handed_to_the_softphone_and_where_there_is_none_it_says_so(
    opened: Opened,
) -> None:
    handed: list[str] = []

    def take(url: QUrl, *, takes: bool) -> bool:
        handed.append(url.toString())
        return takes

    opened.press(Qt.Key.Key_D, CTRL)
    assert handed == []
    assert any("Open a caller first" in said for said in opened.window.frame.notices.sentences())
    opened.window.open_caller(MARIA, "", "+12145550142")
    await opened.read()
    opened.window.telephone.hand_over = partial(take, takes=True)
    opened.press(Qt.Key.Key_D, CTRL)
    assert handed == ["tel:+12145550142"]
    opened.window.telephone.hand_over = partial(take, takes=False)
    opened.press(Qt.Key.Key_D, CTRL)
    assert any("Dial (214) 555-0142 by hand" in said for said in opened.window.frame.notices.sentences())


@with_window
async def test_signing_out_by_key_asks_once_more(opened: Opened) -> None:
    session = opened.handle.desk.session
    opened.window.open_caller(MARIA, "", "+12145550142")
    await opened.read()
    opened.press(Qt.Key.Key_Q, CTRL | SHIFT)
    assert session.staff is not None
    assert any("again signs out" in said for said in opened.window.frame.notices.sentences())
    opened.press(Qt.Key.Key_Q, CTRL | SHIFT)
    await opened.until(lambda: session.staff is None)
    await opened.until(opened.window.frame.sign_in.isVisible)
    assert opened.window.callers.callers == []
    assert not opened.child(QLineEdit, "find").isEnabled()
