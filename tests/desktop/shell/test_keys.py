"""The one key map: no clash, no forbidden key, and the panel nearest to the focus is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from care_console.desktop.shell import keys


def test_no_two_actions_share_a_key() -> None:
    assert keys.clashes() == []


def test_a_clash_is_found_and_named() -> None:
    find = keys.KEY_MAP["find"]
    assert keys.clashes([find, replace(find, name="other")]) == [("F2", "find", "other")]


class _Two(QWidget):
    """A window with two panels that both commit."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        layout = QVBoxLayout(self)
        self.boxes = []
        for name in ("upper", "lower"):
            panel = QWidget(self)
            box = QLineEdit(panel)
            QVBoxLayout(panel).addWidget(box)
            layout.addWidget(panel)
            keys.bind(panel, "commit", lambda name=name: self.done.append(name))
            keys.bind(panel, "back", lambda name=name: self.done.append(f"back {name}"))
            self.boxes.append(box)
        keys.bind(self, "back", lambda: self.done.append("back window"))


@pytest.fixture
def two(qtbot: QtBot) -> _Two:
    keys.forget_commits()
    window = _Two()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def test_the_panel_with_the_focus_commits(two: _Two) -> None:
    two.boxes[1].setFocus()
    QTest.keyClick(two.boxes[1], Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert two.done == ["lower"]


def test_one_key_bound_in_several_places_goes_to_the_nearest(two: _Two) -> None:
    two.boxes[0].setFocus()
    QTest.keyClick(two.boxes[0], Qt.Key.Key_Escape)
    assert two.done == ["back upper"]


def test_a_commit_is_taken_once_a_second(two: _Two) -> None:
    two.boxes[0].setFocus()
    for _ in range(3):
        QTest.keyClick(two.boxes[0], Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier)
    assert two.done == ["upper"]
    keys.forget_commits()
    QTest.keyClick(two.boxes[0], Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier)
    assert two.done == ["upper", "upper"]


def test_a_pane_action_does_nothing_where_no_pane_has_the_focus(two: _Two) -> None:
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
    assert keys.press("commit") is False
    assert two.done == []
