"""What the command sheet lists: every action of the key map and a few without a key, or why not now."""

from __future__ import annotations

from functools import partial

from care_console.contract.recipients import Act
from care_console.contract.roles import Role, may
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell import keys
from care_console.desktop.shell.command_sheet import Command
from care_console.desktop.shell.dress import LOOK_NAMES, Dress
from care_console.desktop.shell.front import Front
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.queue_view import NEEDS

_LEFT_OUT = ("commands", "back")
_ACTS = {
    "refund.open": Act.REFUND,
    "reissue.open": Act.REISSUE,
    "stop.open": Act.OPT_OUT,
    "preview.open": Act.PREVIEW,
    "preview.louder": Act.PREVIEW,
}
_OF_A_STORY = (
    *_ACTS,
    "correction.open",
    "wrap_up",
    "note.keep",
    "timeline.new",
    "caller.close",
    "caller.ring",
    "texts.open",
    "prepaid.open",
    "reach.clear",
    "receipt.open",
    "pause.open",
    "language",
)
_BY_FOCUS = {
    "commit": "Nothing that could be done has the focus; open a refund, a link, a stop or a note first.",
    "undo": "Nothing here can be taken back now.",
    "preview.play": "No recording is open; hear one first.",
}
_FOR_WHO_IS_SIGNED_IN = (*_OF_A_STORY, *_BY_FOCUS, "find", "pauses.open")


class Commands:
    """The commands of one window."""

    def __init__(self, parts: Parts, front: Front, dress: Dress) -> None:
        self._parts, self._front, self._dress = parts, front, dress

    def now(self) -> list[Command]:
        """What can be done now, and of the rest why it cannot."""
        listed = [
            Command(action.label, partial(keys.press, name), name, self._why_not(name))
            for name, action in keys.KEY_MAP.items()
            if name not in _LEFT_OUT
        ]
        return listed + [
            Command(label, partial(self._dress.set_look, look)) for look, label in LOOK_NAMES.items()
        ]

    def _why_not(self, name: str) -> str:
        """Why an action cannot be done now, as a sentence; empty where it can."""
        session = self._parts.desk.session
        window = self._parts.frame.window()
        if keys.is_barred(window, name):
            return self._who_may(name)
        if session.state is not SessionState.SIGNED_IN and name in _FOR_WHO_IS_SIGNED_IN:
            return "Nobody is signed in; sign in first."
        if name in _OF_A_STORY and not self._can_act(name):
            return f"No caller is open; {keys.shown('find')} finds one."
        if name in _ACTS:
            return self._what_the_service_said(_ACTS[name])
        if name in ("caller.next", "caller.previous") and len(self._parts.callers.callers) < 2:
            return "There is no other open caller."
        if keys.works_now(name):
            return ""
        return _BY_FOCUS.get(name) or f"No caller is open; {keys.shown('find')} finds one."

    def _who_may(self, name: str) -> str:
        staff, needed = self._parts.desk.session.staff, NEEDS.get(name)
        if staff is None or needed is None or may(staff.role, needed):
            return "The desk is locked."
        others = " or ".join(role.value for role in Role if may(role, needed))
        return f"The role {staff.role.value} may not do this; the role {others} may."

    def _can_act(self, name: str) -> bool:
        # A number that nobody is known by can be stopped without a story.
        typed = name == "stop.open" and self._parts.finder.unknown_phone is not None
        return typed or self._front.has_story

    def _what_the_service_said(self, act: Act) -> str:
        front = self._parts.callers.front
        if front is None or front.view is None:
            return ""
        found = next((each for each in front.view.story.may if each.act is act), None)
        if found is None:
            return "Your role cannot do this."
        return "" if found.allowed else found.why_not or "The service does not allow it here."
