"""A whole call without the mouse, and how many keys each thing takes, counted on the real window."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from care_console.desktop.screens.search.sheet import HitsSheet
from care_console.desktop.shell import keys
from tests.desktop.screens.care import Care, care, on_qt
from tests.support.story_service import MARIA, NOBODY

BUDGETS = {
    "stop texts": 3,
    "charged twice": 4,
    "new link": 3,
    "what is this charge": 2,
    "can't hear": 2,
    "wrap-up": 1,
}


class Counted:
    """Presses keys and counts them. The pause between two keys that commit is not waited out."""

    def __init__(self, desk: Care) -> None:
        self._desk = desk
        self.count = 0

    def press(self, *pressed: str) -> None:
        for key in pressed:
            keys.forget_commits()
            self._desk.press(key)
            self.count += 1


def checks(desk: Care) -> str:
    return desk.side.checks.text


def shown(desk: Care) -> list[str]:
    """All words below the checks."""
    return [label.text() for label in desk.side.checks.findChildren(QLabel) if label.isVisible()]


async def reviewed(desk: Care) -> None:
    await desk.until(lambda: desk.side.review is not None and desk.side.review.phase == "editing")


def test_stop_texts_within_its_keys(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            hands = Counted(desk)
            hands.press("F9", "1", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("opt_out"))
            assert hands.count <= BUDGETS["stop texts"]

    on_qt(scenario())


def test_charged_twice_within_its_keys(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            hands = Counted(desk)
            hands.press("Ctrl+3")
            await desk.until(lambda: "charged twice" in checks(desk))
            hands.press("F7")
            await reviewed(desk)
            hands.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("refund"))
            (asked,) = desk.service.done("refund")
            assert (asked.fields["id"], asked.fields["reason"]) == ("c28b", "duplicate")
            assert asked.fields["amount_cents"] == 399
            hands.press("Escape")
            await desk.until(lambda: desk.side.review is None)
            assert hands.count <= BUDGETS["charged twice"]

    on_qt(scenario())


def test_new_link_within_its_keys(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            hands = Counted(desk)
            hands.press("F8", "2", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("reissue"))
            await desk.until(lambda: desk.find(QLabel, "reissueSpelled").text())
            assert hands.count <= BUDGETS["new link"]

    on_qt(scenario())


def test_what_is_this_charge_within_its_keys(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            hands = Counted(desk)
            hands.press("Ctrl+5")
            await desk.until(lambda: any("$" in words for words in shown(desk)))
            await desk.until(lambda: desk.find(QLabel, "saySentence").text())
            assert hands.count <= BUDGETS["what is this charge"]

    on_qt(scenario())


def test_cannot_hear_within_its_keys(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            hands = Counted(desk)
            hands.press("Ctrl+1")
            await desk.until(lambda: "Recording ok, −18 LUFS" in checks(desk))
            assert "Played 4 of 72 s" in checks(desk)
            assert desk.find(QLabel, "saySentence").text()
            assert hands.count <= BUDGETS["can't hear"]

    on_qt(scenario())


def test_wrap_up_within_its_key(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+1", "F8", "Ctrl+Return")
            await desk.until(lambda: "New link sent." in desk.side.note.text.toPlainText())
            hands = Counted(desk)
            hands.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("contact"))
            assert hands.count <= BUDGETS["wrap-up"]

    on_qt(scenario())


def test_a_whole_call_without_the_mouse(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder, who=NOBODY) as desk:
            hands, window = Counted(desk), desk.handle.window
            hands.press("F2")
            desk.type("4242")
            find = cast(QLineEdit, QApplication.focusWidget())
            find.clear()
            desk.type("delgado")
            hits = window.findChild(HitsSheet)
            await desk.until(lambda: hits.isVisible() and hits.model.rowCount() > 1)
            hands.press("Return")
            await desk.until(lambda: window.callers.front and window.callers.front.recipient_id == MARIA)
            await desk.until(lambda: desk.side.isEnabled() and desk.side.at_hand.message is not None)
            hands.press("Ctrl+3")
            assert "charged twice" in checks(desk)
            hands.press("F4", "1")
            await desk.until(lambda: desk.service.done("preview"))
            await desk.until(lambda: "Heard the recording" in desk.side.note.text.toPlainText())
            hands.press("F7")
            await reviewed(desk)
            hands.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("refund"))
            hands.press("Escape")
            await desk.until(lambda: desk.side.review is None)
            await desk.until(lambda: QApplication.activeWindow() is desk.window)
            hands.press("F9", "1", "Ctrl+Return")
            await desk.until(lambda: "Stopped texts" in desk.side.note.text.toPlainText())
            hands.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("contact"))
            await desk.until(lambda: window.callers.get(MARIA) is None)
            await desk.settled()
            (call,) = [deed.fields for deed in desk.service.done("contact")]
            assert (call["id"], call["reason"]) == (MARIA, "charged_twice")
            assert call["disposition"] == "refund_asked"
            for said in (
                "Caller says they were charged twice.",
                "Heard the recording (could not hear).",
                "Asked for a refund of $3.99 (duplicate).",
                "Stopped texts; they said “Stop texting me”.",
            ):
                assert said in call["note"]
            assert [len(desk.service.done(what)) for what in ("refund", "opt_out", "preview")] == [1, 1, 1]
            assert hands.count == 12

    on_qt(scenario())
