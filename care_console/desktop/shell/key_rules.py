"""What a key may be, and that no two actions have the same. Pure rules: nothing here knows a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from care_console.desktop.shell.key_table import ACTIONS, KeyAction, Scope

_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_SHIFT, _META = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.MetaModifier
_FUNCTION_KEYS = range(Qt.Key.Key_F1, Qt.Key.Key_F35 + 1)
_TEXT_FIELDS = frozenset("ACVXY")
_TWINS = {"Return": "Enter", "+": "="}
"""Keys that people take for one: Enter beside the letters and on the pad, plus with and without Shift."""


def refusal(key: str, action: KeyAction) -> str | None:
    """Why a key (``Ctrl+K``) may not be this action's, as a sentence; None where it may."""
    combination = _combination(key)
    if combination is None:
        return "That is no key that can be given to an action."
    held, pressed = combination.keyboardModifiers(), combination.key()
    if held & _META:
        return "Keys with the Windows or Command key belong to the system."
    if held & _ALT and held & _CTRL:
        return "Ctrl+Alt types letters on many keyboards (AltGr)."
    if held & _ALT:
        return "Alt with a key opens menus and belongs to the system."
    if pressed == Qt.Key.Key_F10:
        return "F10 belongs to the system, for its menus."
    if pressed in _FUNCTION_KEYS or pressed == Qt.Key.Key_Escape:
        return None
    if held & _CTRL:
        return _refusal_with_ctrl(pressed, held)
    if pressed == Qt.Key.Key_Space and not held and action.scope is Scope.PANE and not action.commits:
        return None
    return "A key alone types or moves; hold Ctrl with it, or take a function key."


def _refusal_with_ctrl(pressed: Qt.Key, held: Qt.KeyboardModifier) -> str | None:
    letter = chr(pressed) if 32 < pressed < 127 else ""
    if letter in _TEXT_FIELDS and letter and not held & _SHIFT:
        return "Ctrl with this letter copies, pastes or selects text."
    moves = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Backspace,
             Qt.Key.Key_Delete, Qt.Key.Key_Insert)  # fmt: skip
    return "Ctrl with this key moves or deletes in text." if pressed in moves else None


def clashes(actions: Iterable[KeyAction]) -> list[tuple[str, str, str]]:
    """Two actions with one key: (key, name, name). Empty where each key has one meaning."""
    seen: dict[str, str] = {}
    found = []
    for action in actions:
        for key in action.keys:
            written = normal(key)
            if seen.setdefault(written, action.name) != action.name:
                found.append((written, seen[written], action.name))
    return found


def holder(key: str, actions: Iterable[KeyAction], besides: str) -> KeyAction | None:
    """Who has a key, or its twin, already; `besides`: the action that asks."""
    wanted = {normal(each) for each in with_twin(key)}
    others = (action for action in actions if action.name != besides)
    return next((one for one in others if wanted & {normal(each) for each in one.keys}), None)


def with_own(own: Mapping[str, str]) -> dict[str, KeyAction]:
    """The whole map, where some actions have a person's own keys. Each key has one meaning in it, and none is
    one that may not be: own keys that would break that are left aside."""
    kept = {
        action.name: with_twin(own[action.name])
        for action in ACTIONS
        if action.name in own and refusal(own[action.name], action) is None
    }
    while True:
        found = {action.name: replace(action, keys=kept.get(action.name, action.keys)) for action in ACTIONS}
        wrong = {name for _, one, other in clashes(found.values()) for name in (one, other)} & kept.keys()
        if not wrong:
            return found
        kept = {name: given for name, given in kept.items() if name not in wrong}


def with_twin(key: str) -> tuple[str, ...]:
    """A key, and the one that people take for the same."""
    written = normal(key)
    for one, other in _TWINS.items():
        for this, twin in ((one, other), (other, one)):
            if written == this or written.endswith(f"+{this}"):
                return (written, written[: len(written) - len(this)] + twin)
    return (written,)


def normal(key: str) -> str:
    """A key as the system writes it, so that two writings of one are equal."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def _combination(key: str) -> QKeyCombination | None:
    sequence: Any = QKeySequence(key)  # its stub knows nothing of its indexing
    if sequence.count() != 1:
        return None
    combination: QKeyCombination = sequence[0]
    return None if combination.key() == Qt.Key.Key_unknown else combination
