"""What else the desk looks like: empty, in large text and high contrast, with awkward names, locked, ended.

Each scene is a name, a look, a scale of text, and what is pressed before its picture is taken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from care_console.contract.problems import ProblemType
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell.tokens import Look
from tests.support.fake_approvals import a_request
from tests.support.fake_ledgers import a_ledger
from tests.support.fake_service import Problem
from tests.support.story_service import AWKWARD, MARIA
from tests.support.windows import Opened

CTRL = Qt.KeyboardModifier.ControlModifier
PHONE = "+12145550142"


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. `login`: whose window it is, where it is no specialist's."""

    name: str
    look: Look
    scale: float
    play: Callable[[Opened], Awaitable[None]]
    login: str = "ana"
    with_line: bool = False


async def _nothing(opened: Opened) -> None:
    await opened.until(lambda: opened.window.isActiveWindow())


async def _open(opened: Opened, recipient_id: str) -> None:
    story = opened.service.stories[recipient_id]
    opened.window.open_caller(recipient_id, story.name, story.phone)
    await opened.read()


async def _maria(opened: Opened) -> None:
    await _open(opened, MARIA)


async def _awkward(opened: Opened) -> None:
    await _open(opened, AWKWARD)


async def _charged_twice(opened: Opened) -> None:
    await _maria(opened)
    opened.press(Qt.Key.Key_3, CTRL)
    await opened.until(lambda: opened.child(QWidget, "chargesBeside").isVisible())


async def _what_charge(opened: Opened) -> None:
    await _maria(opened)
    opened.press(Qt.Key.Key_5, CTRL)
    await opened.until(lambda: opened.child(QWidget, "whatCharge").isVisible())


async def _commands(opened: Opened) -> None:
    await _maria(opened)
    opened.press(Qt.Key.Key_K, CTRL)
    await opened.until(lambda: opened.child(QWidget, "commandSheet").isVisible())


async def _locked(opened: Opened) -> None:
    await _maria(opened)
    opened.window.lock.by_key()


async def _ended(opened: Opened) -> None:
    await _maria(opened)
    opened.service.end_sessions()
    opened.press(Qt.Key.Key_F5)
    await opened.until(lambda: opened.handle.desk.session.state is SessionState.EXPIRED)


async def _refused(opened: Opened) -> None:
    await _maria(opened)
    sentence = (
        "A new link of this message was made by sue 20 s ago: no other was made, and no text went. Read that "
        "one's code aloud, or look at the story again."
    )
    opened.service.refuse_next.append(Problem(409, ProblemType.LINK_NOT_REISSUABLE, sentence))
    opened.press(Qt.Key.Key_F8)
    await opened.until(lambda: opened.child(QWidget, "reissuePanel").isVisible())
    opened.press(Qt.Key.Key_2)
    opened.press(Qt.Key.Key_Return, CTRL)
    await opened.until(lambda: opened.service.refuse_next == [])


async def _offline(opened: Opened) -> None:
    """The line is cut: another of today's stories is read from the desk's own store."""
    await _awkward(opened)
    await _maria(opened)
    assert opened.line is not None
    await opened.line.shut()
    await opened.until(lambda: opened.handle.desk.backend.connection is ConnectionState.OFFLINE)
    await _awkward(opened)
    await opened.until(lambda: "not newer" in opened.child(QLabel, "consentSince").text())


async def _texts(opened: Opened) -> None:
    await _maria(opened)
    opened.press(Qt.Key.Key_M, CTRL)
    sheet = opened.child(QWidget, "textsSheet")
    await opened.until(lambda: sheet.isVisible() and sheet.model.loaded)


async def _prepaid(opened: Opened) -> None:
    opened.service.ledgers[MARIA] = a_ledger(opened.service.now)
    await _maria(opened)
    opened.press(Qt.Key.Key_B, CTRL)
    sheet = opened.child(QWidget, "prepaidSheet")
    await opened.until(lambda: sheet.isVisible() and sheet.model.loaded)


async def _paused(opened: Opened) -> None:
    """A number that is paused, with the panel that resumes it."""
    reason = (
        "Somebody else's number: its owner called on Friday & asks that nothing more goes <b>until</b> the "
        "facility has taken it off Javier Delgado's list."
    )
    opened.service.pause(reason, "sam", phone=PHONE)
    await _maria(opened)
    opened.press(Qt.Key.Key_P, CTRL | Qt.KeyboardModifier.ShiftModifier)


async def _pauses(opened: Opened) -> None:
    """Found by typing: two facilities of one name, one of them paused, and the form for the other."""
    paused = next(one.id for one in opened.service.facilities if one.name.startswith("Jackson"))
    reason = "Its recorder sends every message four times; the vendor looks at it until Tuesday"
    opened.service.pause(reason, "sam", facility_id=paused)
    opened.press(Qt.Key.Key_J, CTRL)
    sheet = opened.window.pauses
    await opened.until(lambda: sheet.model.rowCount() == 1)
    opened.type("jackson")
    await opened.until(lambda: sheet.model.rowCount() == 2)
    opened.press(Qt.Key.Key_Down)
    opened.press(Qt.Key.Key_Return)
    opened.type("Floods three numbers with empty recordings")


def _queue(opened: Opened, key: str) -> Any:
    queues = opened.window.queues.queues
    queues.bring(key)
    return queues.get(key)


async def _log(opened: Opened) -> None:
    log = _queue(opened, "opt_out_log")
    await opened.until(lambda: log.column.history.isVisible())


async def _held(opened: Opened) -> None:
    held = _queue(opened, "held_replies")
    await opened.until(lambda: held.column.history.isVisible())
    opened.press(Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    opened.type("She asks whose number this is; she wants the messages.")


async def _approvals(opened: Opened) -> None:
    for number in range(1, 4):
        opened.service.approvals.put(a_request(str(number)))
    queue = _queue(opened, "approvals")
    await opened.until(lambda: queue.decision.approval is not None)
    await opened.until(lambda: queue.centre.isVisible() and queue.list.hasFocus())


SCENES: tuple[Scene, ...] = (
    Scene("empty-desk", Look.LIGHT, 1.0, _nothing),
    Scene("charged-twice", Look.LIGHT, 1.0, _charged_twice),
    Scene("charged-twice", Look.DARK, 1.0, _charged_twice),
    Scene("what-charge", Look.LIGHT, 1.0, _what_charge),
    Scene("long-name", Look.HIGH_CONTRAST, 1.0, _awkward),
    Scene("commands", Look.DARK, 1.0, _commands),
    Scene("story-large", Look.LIGHT, 1.5, _maria),
    Scene("story-largest", Look.HIGH_CONTRAST, 2.0, _maria),
    Scene("locked", Look.LIGHT, 1.0, _locked),
    Scene("session-ended", Look.LIGHT, 1.0, _ended),
    Scene("refused", Look.LIGHT, 1.0, _refused),
    Scene("opt-out-log", Look.LIGHT, 1.0, _log, login="sue"),
    Scene("held-reply", Look.DARK, 1.0, _held, login="sue"),
    Scene("approvals", Look.LIGHT, 1.0, _approvals, login="sue"),
    Scene("auditor", Look.DARK, 1.0, _log, login="ava"),
    Scene("offline", Look.LIGHT, 1.0, _offline, with_line=True),
    Scene("texts", Look.LIGHT, 1.0, _texts),
    Scene("prepaid", Look.DARK, 1.0, _prepaid),
    Scene("paused", Look.DARK, 1.0, _paused, login="sue"),
    Scene("pauses", Look.LIGHT, 1.0, _pauses, login="sue"),
)
