"""What else the desk looks like: empty, in large text and high contrast, with awkward names, locked, ended.

Each scene is a name, a look, a scale of text, and what is pressed before its picture is taken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell.tokens import Look
from tests.support.story_service import AWKWARD, MARIA
from tests.support.windows import Opened

CTRL = Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture."""

    name: str
    look: Look
    scale: float
    play: Callable[[Opened], Awaitable[None]]


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
)
