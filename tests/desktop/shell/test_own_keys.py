"""Keys of one's own: never a clash, never a key that may not be, changed and shown in the app, and kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from care_console.desktop.settings import FILE, Settings, SettingsFile
from care_console.desktop.shell import key_rules, keys, theme
from care_console.desktop.shell.key_table import ACTIONS
from care_console.desktop.shell.tokens import Look
from tests.support.story_service import MARIA
from tests.support.windows import Opened, a_window, with_window

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
BY_NAME = {action.name: action for action in ACTIONS}

_PLAIN = [
    *"ABKZ059;=+-",
    "F1",
    "F7",
    "F10",
    "F12",
    "Space",
    "Return",
    "Enter",
    "Tab",
    "Esc",
    "Left",
    "Del",
    "ñ",
]
_HELD = ["", "Ctrl+", "Shift+", "Alt+", "Meta+", "Ctrl+Shift+", "Ctrl+Alt+", "Ctrl+Alt+Shift+"]
_KEYS = st.one_of(
    st.builds(lambda held, key: held + key, st.sampled_from(_HELD), st.sampled_from(_PLAIN)),
    st.text(max_size=12),
    st.just("Ctrl+K, Ctrl+C"),
)


def _may_be(key: str, pane: bool) -> bool:
    """The rule, worked out apart from the code under test: from the words of a key alone."""
    held, _, pressed = key.rpartition("+") if not key.endswith("++") else (key[:-2], "", "+")
    parts = set(filter(None, held.split("+")))
    if parts & {"Alt", "Meta"} or pressed == "F10":
        return False
    if pressed == "Esc" or (pressed.startswith("F") and pressed[1:].isdigit()):
        return True
    return "Ctrl" in parts or (pressed == "Space" and not parts and pane)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_the_usual_keys_are_keys_that_may_be(action: keys.KeyAction) -> None:
    for key in action.keys:
        assert key_rules.refusal(key, action) is None
        assert _may_be(key_rules.normal(key), action.scope is keys.Scope.PANE)


@pytest.mark.parametrize(
    "key",
    ["A", "a", "5", "Shift+A", "Ctrl+Alt+E", "Alt+R", "Alt+F4", "F10", "Shift+F10", "Meta+L", "Return", "Tab",
     "Left", "Ctrl+C", "Ctrl+V", "Ctrl+Left", "Ctrl+K, Ctrl+C", "", "no key"],
)  # fmt: skip
def test_keys_that_type_move_or_belong_to_the_system_are_refused_in_a_sentence(key: str) -> None:
    refused = key_rules.refusal(key, BY_NAME["refund.open"])
    assert refused is not None
    assert refused.endswith(".")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*BY_NAME, "no such action"]), _KEYS, max_size=12))
def test_whatever_somebody_set_no_two_actions_share_a_key_and_none_is_forbidden(own: dict[str, str]) -> None:
    found = key_rules.with_own(own)
    assert found.keys() == BY_NAME.keys()
    assert key_rules.clashes(found.values()) == []
    for name, action in found.items():
        for key in action.keys:
            assert _may_be(key_rules.normal(key), action.scope is keys.Scope.PANE), (name, key)
            assert QKeySequence(key).count() == 1


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(list(BY_NAME)), _KEYS, max_size=6))
def test_what_breaks_nothing_is_taken(own: dict[str, str]) -> None:
    good = {name: key for name, key in own.items() if key_rules.refusal(key, BY_NAME[name]) is None}
    taken = [{key_rules.normal(each) for each in key_rules.with_twin(key)} for key in good.values()]
    rest = [{key_rules.normal(key) for key in action.keys} for action in ACTIONS if action.name not in good]
    everything = [key for group in (*taken, *rest) for key in group]
    if len(everything) == len(set(everything)):
        found = key_rules.with_own(own)
        assert all(
            key_rules.normal(key) in map(key_rules.normal, found[name].keys) for name, key in good.items()
        )


def test_two_actions_can_change_their_keys_round() -> None:
    found = key_rules.with_own({"refund.open": "F8", "reissue.open": "F7"})
    assert (found["refund.open"].keys, found["reissue.open"].keys) == (("F8",), ("F7",))


def _line(opened: Opened, name: str) -> QPushButton:
    line: QPushButton = opened.child(QPushButton, f"key_{name}")
    return line


async def _story(opened: Opened) -> None:
    opened.window.open_caller(MARIA, "", "+12145550142")
    await opened.read()


@pytest.mark.asyncio
@with_window
async def test_a_key_is_changed_on_the_sheet_warned_of_and_does_what_it_says(opened: Opened) -> None:
    await _story(opened)
    says = opened.child(QLabel, "keySays")
    opened.press(Qt.Key.Key_F1)
    line = _line(opened, "stop.open")
    line.setFocus()
    opened.press(Qt.Key.Key_Return)
    opened.press(Qt.Key.Key_X)
    assert says.text().startswith("X cannot be taken.")
    opened.press(Qt.Key.Key_R, ALT)
    assert "Alt" in says.text()
    opened.press(Qt.Key.Key_F8)
    assert says.text().startswith("F8 clashes: it does “New link” already.")
    assert keys.shown("stop.open") == "F9"
    opened.press(Qt.Key.Key_F12)
    assert says.text() == "Stop texts has F12 now."
    assert line.text() == "F12"
    assert opened.child(QPushButton, "doStop").text().endswith("F12")
    opened.press(Qt.Key.Key_Escape)
    assert opened.child(QWidget, "keySheet").isHidden()
    opened.press(Qt.Key.Key_F9)
    assert not opened.child(QWidget, "optOutPanel").isVisible()
    opened.press(Qt.Key.Key_F12)
    assert opened.child(QWidget, "optOutPanel").isVisible()


@pytest.mark.asyncio
@with_window
async def test_pressed_twice_a_clashing_key_changes_the_two_round_and_all_can_be_as_usual(
    opened: Opened,
) -> None:
    await _story(opened)
    refund, renew = opened.child(QPushButton, "doRefund"), opened.child(QPushButton, "doReissue")
    opened.press(Qt.Key.Key_F1)
    _line(opened, "refund.open").setFocus()
    opened.press(Qt.Key.Key_Return)
    opened.press(Qt.Key.Key_F8)
    opened.press(Qt.Key.Key_F8)
    assert (keys.shown("refund.open"), keys.shown("reissue.open")) == ("F8", "F7")
    assert (refund.text()[-2:], renew.text()[-2:]) == ("F8", "F7")
    assert keys.clashes(keys.KEY_MAP.values()) == []
    _line(opened, "refund.open").setFocus()
    opened.press(Qt.Key.Key_Delete)
    assert keys.shown("refund.open") == "F8", "its usual key is another one's now"
    opened.child(QPushButton, "keysUsual").click()
    assert (keys.shown("refund.open"), keys.shown("reissue.open")) == ("F7", "F8")
    assert (refund.text()[-2:], renew.text()[-2:]) == ("F7", "F8")


@pytest.mark.asyncio
async def test_look_text_and_keys_are_there_again_and_the_file_names_nobody(tmp_path: Path) -> None:
    async with a_window(tmp_path / "desk") as opened:
        keys.use({"find": "F12"})
        opened.window.key_sheet.changed.emit()
        opened.window.set_look(Look.DARK)
        opened.window.dress.scale_text(2)
        file = tmp_path / "desk" / FILE
        await opened.until(
            lambda: file.exists() and json.loads(file.read_text())["last"]["text_scale"] == 1.3
        )
    assert keys.shown("find") == "F2"
    assert "ana" not in file.read_text()
    theme.apply(_application(), Look.LIGHT)
    async with a_window(tmp_path / "desk", look=None) as opened:
        assert (theme.current().look, theme.current().sizes.scale) == (Look.DARK, 1.3)
        assert keys.shown("find") == "F12"
        assert opened.child(QLineEdit, "find").placeholderText().endswith("F12")
        opened.press(Qt.Key.Key_F12)
        assert opened.child(QLineEdit, "find").hasFocus()


def _application() -> object:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"salt": 5, "last": 7, "people": []}', '{"last": {"text_scale": "NaN", "keys": []}}',
     '{"last": {"look": 9, "text_scale": 1e99}, "people": {"x": {"keys": {"find": 4}}}}', "[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_of_settings_begins_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    file = SettingsFile(tmp_path)
    assert file.last == Settings()
    file.keep("ana", Settings("dark", 1.5, {"find": "F12"}))
    file.write()
    assert SettingsFile(tmp_path).of("ana") == Settings("dark", 1.5, {"find": "F12"})
    assert SettingsFile(tmp_path).of("ben") is None
