"""The one key map: names of actions, their keys, and how a widget takes part in them.

Several widgets of a window may bind one action (each panel commits by Ctrl+Enter). The one nearest the focus
is asked; Qt alone would call that ambiguous and do nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

COMMIT_PAUSE_SECONDS = 1.0

Slot = Callable[[], object]


class Scope(StrEnum):
    """Where an action's keys work."""

    WINDOW = "window"
    PANE = "pane"


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One thing that keys do. The first key is the one shown. `commits`: taken once a second at most."""

    name: str
    label: str
    keys: tuple[str, ...]
    group: str
    scope: Scope = Scope.WINDOW
    commits: bool = False


_FIND, _CALL, _ACT, _WINDOW = "Find and open", "The call", "Act", "The window"

_ACTIONS: tuple[KeyAction, ...] = (
    KeyAction("find", "Find a caller", ("F2",), _FIND),
    KeyAction("caller.next", "Next open caller", ("Ctrl+Tab",), _FIND),
    KeyAction("caller.previous", "Previous open caller", ("Ctrl+Shift+Tab",), _FIND),
    KeyAction("caller.close", "Close this caller", ("Ctrl+W",), _FIND),
    KeyAction("queues", "Queues, one after another", ("F3",), _FIND),
    KeyAction("reason.1", "Can't hear", ("Ctrl+1",), _CALL),
    KeyAction("reason.2", "No link", ("Ctrl+2",), _CALL),
    KeyAction("reason.3", "Charged twice", ("Ctrl+3",), _CALL),
    KeyAction("reason.4", "Stop texts", ("Ctrl+4",), _CALL),
    KeyAction("reason.5", "What is this charge", ("Ctrl+5",), _CALL),
    KeyAction("reason.6", "Expired", ("Ctrl+6",), _CALL),
    KeyAction("reason.7", "Other", ("Ctrl+7",), _CALL),
    KeyAction("timeline.new", "Show what is new", ("F5",), _CALL),
    KeyAction("preview.open", "Hear the recording", ("F4",), _ACT),
    KeyAction("refund.open", "Refund", ("F7",), _ACT),
    KeyAction("reissue.open", "New link", ("F8",), _ACT),
    KeyAction("stop.open", "Stop texts", ("F9",), _ACT),
    KeyAction("commit", "Do it", ("Ctrl+Return", "Ctrl+Enter"), _ACT, Scope.PANE, commits=True),
    KeyAction("undo", "Take the refund back", ("Ctrl+Z",), _ACT),
    KeyAction("preview.play", "Play, pause", ("Space",), _ACT, Scope.PANE),
    KeyAction("back", "Step back; nothing is lost", ("Esc",), _WINDOW),
    KeyAction("pane.next", "Next pane", ("F6",), _WINDOW),
    KeyAction("pane.previous", "Previous pane", ("Shift+F6",), _WINDOW),
    KeyAction("commands", "Commands", ("Ctrl+K",), _WINDOW),
    KeyAction("keys", "The sheet of keys", ("F1",), _WINDOW),
    KeyAction("text.larger", "Larger text", ("Ctrl++", "Ctrl+="), _WINDOW),
    KeyAction("text.smaller", "Smaller text", ("Ctrl+-",), _WINDOW),
    KeyAction("quit", "Close the desk", ("Ctrl+Q",), _WINDOW),
)

KEY_MAP: dict[str, KeyAction] = {action.name: action for action in _ACTIONS}


@dataclass(slots=True)
class _Binding:
    widget: QWidget
    slot: Slot
    shortcut: QShortcut


_bindings: dict[str, list[_Binding]] = {}
_last_commit: dict[str, float] = {}
_BARRED = "keys_barred"


def shown(name: str) -> str:
    """An action's key as people write it: ``Ctrl+Enter``."""
    return KEY_MAP[name].keys[0].replace("Return", "Enter")


def clashes(actions: Iterable[KeyAction] = _ACTIONS) -> list[tuple[str, str, str]]:
    """Two actions with one key: (key, name, name). Empty where each key has one meaning."""
    seen: dict[str, str] = {}
    found = []
    for action in actions:
        for key in action.keys:
            written = QKeySequence(key).toString()
            if written in seen:
                found.append((written, seen[written], action.name))
            seen.setdefault(written, action.name)
    return found


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


def is_barred(window: QWidget, name: str) -> bool:
    """Whether an action's keys do nothing in this window, whoever binds them."""
    return name in (window.property(_BARRED) or ())


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
