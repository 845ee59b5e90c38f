"""The names of all that keys do, and the keys that they have unless a person gives them others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
_LOG = "The opt-out log"

ACTIONS: tuple[KeyAction, ...] = (
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
    KeyAction("texts.open", "Texts of the number", ("Ctrl+M",), _CALL),
    KeyAction("prepaid.open", "Prepaid account of the number", ("Ctrl+B",), _CALL),
    KeyAction("caller.ring", "Call the number back", ("Ctrl+D",), _CALL),
    KeyAction("language", "English or Spanish, what is said", ("Ctrl+T",), _CALL),
    KeyAction("pauses.open", "Pauses: facilities and numbers", ("Ctrl+J",), _FIND),
    KeyAction("timeline.new", "Show what is new", ("F5",), _FIND),
    KeyAction("preview.open", "Hear the recording", ("F4",), _ACT),
    KeyAction("preview.louder", "Hear the louder copy", ("Shift+F4",), _ACT),
    KeyAction("refund.open", "Refund", ("F7",), _ACT),
    KeyAction("reissue.open", "New link", ("F8",), _ACT),
    KeyAction("stop.open", "Stop texts", ("F9",), _ACT),
    KeyAction("correction.open", "Correct a mistyped opt-out", ("Shift+F9",), _ACT),
    KeyAction("receipt.open", "Receipt by text", ("Ctrl+P",), _ACT),
    KeyAction("reach.clear", "Out of reach: it works again", ("Ctrl+R",), _ACT, commits=True),
    KeyAction("pause.open", "Pause or resume the number", ("Ctrl+Shift+P",), _ACT),
    KeyAction("commit", "Do it", ("Ctrl+Return", "Ctrl+Enter"), _ACT, Scope.PANE, commits=True),
    KeyAction("wrap_up", "Wrap up the call", ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"), _CALL, commits=True),
    KeyAction("note.keep", "Keep the note, stay on the call", ("Ctrl+S",), _CALL, commits=True),
    KeyAction("log.filter", "Filter the log", ("Ctrl+F",), _LOG),
    KeyAction("log.all", "The whole log again", ("Ctrl+Shift+F",), _LOG),
    KeyAction("log.export", "Save what is filtered", ("Ctrl+E",), _LOG),
    KeyAction("log.story", "Open the caller's story", ("Ctrl+O",), _LOG),
    KeyAction("undo", "Take the refund back", ("Ctrl+Z",), _ACT),
    KeyAction("preview.play", "Play, pause", ("Space",), _ACT, Scope.PANE),
    KeyAction("back", "Step back; nothing is lost", ("Esc",), _WINDOW),
    KeyAction("pane.next", "Next pane", ("F6",), _WINDOW),
    KeyAction("pane.previous", "Previous pane", ("Shift+F6",), _WINDOW),
    KeyAction("commands", "Commands", ("Ctrl+K",), _WINDOW),
    KeyAction("keys", "The sheet of keys", ("F1",), _WINDOW),
    KeyAction("text.larger", "Larger text", ("Ctrl++", "Ctrl+="), _WINDOW),
    KeyAction("text.smaller", "Smaller text", ("Ctrl+-",), _WINDOW),
    KeyAction("notices", "What the desk has said", ("Ctrl+H",), _WINDOW),
    KeyAction("lock", "Lock the desk", ("Ctrl+L",), _WINDOW),
    KeyAction("sign_out", "Sign out", ("Ctrl+Shift+Q",), _WINDOW),
    KeyAction("quit", "Close the desk", ("Ctrl+Q",), _WINDOW),
)
