"""The key map in force: names of actions, their keys, and how a widget takes part in them.

Several widgets of a window may bind one action (each panel commits by Ctrl+Enter). The one nearest the focus
is asked; Qt alone would call that ambiguous and do nothing. A person may give actions other keys (``use``);
what a key may be is in ``key_rules``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from care_console.desktop.shell import key_rules
from care_console.desktop.shell.key_table import ACTIONS, KeyAction, Scope

__all__ = ["KEY_MAP", "KeyAction", "Scope", "bar", "bind", "clashes", "is_barred", "press", "shown", "use"]

COMMIT_PAUSE_SECONDS = 1.0

Slot = Callable[[], object]

KEY_MAP: dict[str, KeyAction] = {action.name: action for action in ACTIONS}
"""The actions with the keys that they have now."""


@dataclass(slots=True)
class _Binding:
    widget: QWidget
    slot: Slot
    shortcut: QShortcut


class _Teller(QObject):
    changed = Signal(object)


_teller: _Teller | None = None
_bindings: dict[str, list[_Binding]] = {}
_last_commit: dict[str, float] = {}
_BARRED, _HELD = "keys_barred", "keys_held"


def shown(name: str) -> str:
    """An action's key as people write it: ``Ctrl+Enter``."""
    return KEY_MAP[name].keys[0].replace("Return", "Enter")


def clashes(actions: Iterable[KeyAction] = ACTIONS) -> list[tuple[str, str, str]]:
    """Two actions with one key: (key, name, name). Empty where each key has one meaning."""
    return key_rules.clashes(actions)


def use(own: Mapping[str, str]) -> None:
    """Give actions keys of a person's own, the others the usual ones. What may not be is left aside."""
    before = {name: shown(name) for name in KEY_MAP}
    KEY_MAP.update(key_rules.with_own(own))
    for name, bound in _bindings.items():
        for binding in bound:
            if isValid(binding.shortcut):
                binding.shortcut.setKeys([QKeySequence(key) for key in KEY_MAP[name].keys])
    teller().changed.emit(before)


def own() -> dict[str, str]:
    """The actions whose keys are not the usual ones, with those."""
    usual = {action.name: action.keys for action in ACTIONS}
    return {name: action.keys[0] for name, action in KEY_MAP.items() if action.keys != usual[name]}


def teller() -> _Teller:
    """Its `changed` fires after `use`, with how each action's key was shown before."""
    global _teller
    if _teller is None:
        _teller = _Teller()
    return _teller


def bind(widget: QWidget, name: str, slot: Slot) -> QShortcut:
    """Call `slot` when the action's keys are pressed.

    An action of scope PANE works while the focus is in the widget, one of scope WINDOW in its whole window.
    Returns the shortcut, to be disabled while there is nothing to do. KeyError for an unknown action.
    """
    action = KEY_MAP[name]
    shortcut = QShortcut(widget)
    shortcut.setKeys([QKeySequence(key) for key in action.keys])
    shortcut.setAutoRepeat(name in ("caller.next", "caller.previous", "text.larger", "text.smaller"))
    in_pane = action.scope is Scope.PANE
    shortcut.setContext(
        Qt.ShortcutContext.WidgetWithChildrenShortcut if in_pane else Qt.ShortcutContext.WindowShortcut
    )
    _bindings.setdefault(name, []).append(_Binding(widget, slot, shortcut))
    shortcut.activated.connect(lambda: press(name))
    shortcut.activatedAmbiguously.connect(lambda: press(name))
    return shortcut


def press(name: str) -> bool:
    """Do what the action's key would do now. False where nothing takes it, or it was pressed a moment ago."""
    binding = _nearest(name)
    if binding is None or (KEY_MAP[name].commits and not _commit_is_due(name)):
        return False
    binding.slot()
    return True


def bar(window: QWidget, names: Iterable[str]) -> None:
    """Name the actions that this window's person may not do; their keys do nothing there from now on."""
    window.setProperty(_BARRED, sorted(names))


def hold(window: QWidget, *, but_for: Iterable[str] | None) -> None:
    """Let no key do anything in this window but those named; None: all of them again."""
    window.setProperty(_HELD, None if but_for is None else sorted(but_for))


def is_barred(window: QWidget, name: str) -> bool:
    """Whether an action's keys do nothing in this window, whoever binds them."""
    held = window.property(_HELD)
    return name in (window.property(_BARRED) or ()) or (held is not None and name not in held)


def works_now(name: str) -> bool:
    """Whether the action's key would do anything now, for the status line."""
    return _nearest(name) is not None


def forget_commits() -> None:
    """Let the next committing key through at once. For tests that press keys faster than people."""
    _last_commit.clear()


def _commit_is_due(name: str) -> bool:
    now = time.monotonic()
    if now - _last_commit.get(name, -COMMIT_PAUSE_SECONDS) < COMMIT_PAUSE_SECONDS:
        return False
    _last_commit[name] = now
    return True


def _nearest(name: str) -> _Binding | None:
    live = [bound for bound in _bindings.get(name, ()) if isValid(bound.widget) and isValid(bound.shortcut)]
    _bindings[name] = live
    usable = [
        bound
        for bound in live
        if bound.shortcut.isEnabled()
        and bound.widget.isVisible()
        and not is_barred(bound.widget.window(), name)
    ]
    for ancestor in _from_focus_outwards():
        for bound in reversed(usable):
            if bound.widget is ancestor:
                return bound
    if KEY_MAP[name].scope is Scope.PANE:
        return None
    window = QApplication.activeWindow()
    return next((bound for bound in reversed(usable) if window in (None, bound.widget.window())), None)


def _from_focus_outwards() -> Iterator[QObject]:
    at: QObject | None = QApplication.focusWidget()
    while at is not None:
        yield at
        if isinstance(at, QWidget) and at.isWindow():
            return
        at = at.parent()
