"""Desks with a window for tests: the real window on Qt's loop, against a small service on a socket.

A window lives inside its test, not in a fixture: between the phases of a test pytest-qt turns Qt's loop while
asyncio's is not running, and any task that is alive then breaks."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop

from care_console.desktop.app import DeskHandle, make_application, open_desk
from care_console.desktop.keychain import MemoryKeychain
from care_console.desktop.shell import keys
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.tokens import Look
from care_console.desktop.shell.window import DeskWindow
from tests.support.desks import until
from tests.support.fake_service import PASSWORD
from tests.support.fault_proxy import FaultProxy
from tests.support.story_service import StoryService, story_service


def qt_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """For the hook of pytest-asyncio: async tests run on Qt's loop."""

    def factory() -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = QEventLoop(make_application())
        return loop

    return {"qt": factory}


@dataclass(frozen=True)
class Opened:
    """An open desk, its service, and hands to work it with."""

    handle: DeskHandle
    service: StoryService
    line: FaultProxy | None = None

    @property
    def window(self) -> DeskWindow:
        """The window."""
        return self.handle.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(self._focus(), key, modifiers)

    def type(self, words: str) -> None:
        """Type where the focus is."""
        QTest.keyClicks(self._focus(), words)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, no longer than needed."""
        await until(condition)

    async def read(self) -> None:
        """Wait until the caller in front is on the screen."""
        await until(lambda: (front := self.window.callers.front) and front.view and front.model.loaded)

    def child(self, kind: type[Any], name: str) -> Any:
        """A part of the window by its object name."""
        found = self.window.findChild(kind, name)
        assert found is not None, f"the window has no {name}"
        return found

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window


def with_window(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Give a test the window, signed in, at 1366x768, as its first argument."""

    @functools.wraps(test)
    async def run(tmp_path: Path, **given: Any) -> None:
        async with a_window(tmp_path / "desk") as opened:
            await test(opened, **given)

    _, *others = inspect.signature(test).parameters.values()
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    asked = [inspect.Parameter("tmp_path", kind), *(other for other in others if other.name != "tmp_path")]
    run.__signature__ = inspect.Signature(asked)  # type: ignore[attr-defined]
    return run


@contextlib.asynccontextmanager
async def _line(url: str, wanted: bool) -> AsyncIterator[FaultProxy | None]:
    if not wanted:
        yield None
        return
    line = FaultProxy(url)
    await line.open()
    try:
        yield line
    finally:
        await line.shut()


@contextlib.asynccontextmanager
async def a_window(
    folder: Path,
    *,
    size: tuple[int, int] = (1366, 768),
    look: Look | None = Look.LIGHT,
    signed_in: bool = True,
    clock: Clock | None = None,
    with_line: bool = False,
) -> AsyncIterator[Opened]:
    """The real window, signed in unless told otherwise, with the focus in the find box.

    `with_line`: through a line that can be cut.
    """
    keys.forget_commits()
    async with story_service() as service, _line(service.url, with_line) as line:
        handle = await open_desk(
            line.url if line else service.url,
            "ana" if signed_in else None,
            PASSWORD if signed_in else None,
            data_dir=folder,
            look=look,
            keychain=MemoryKeychain(),
            clock=clock,
            size=QSize(*size),
        )
        try:
            handle.window.activateWindow()
            await until(handle.window.isActiveWindow)
            # That nothing is kept without a keychain is said at each start; test_app.py looks at it.
            handle.window.frame.notices.put_away("store")
            yield Opened(handle, service, line)
        finally:
            await handle.close()
