"""The window of a supervisor, or of somebody else, with nobody in front."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from PySide6.QtCore import Qt

from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.shell import keys
from tests.support.fake_service import PASSWORD
from tests.support.windows import Opened, a_window

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PHONE = "+12145550142"
REASON = "Somebody floods this number <b>& sons</b>"


@contextlib.asynccontextmanager
async def window_of(folder: Path, login: str = "sue", *, with_line: bool = False) -> AsyncIterator[Opened]:
    """Signed in, and listening to what changes."""
    async with a_window(folder, signed_in=False, with_line=with_line) as opened:
        await sign_in(opened.handle.desk, login, PASSWORD)
        await opened.until(lambda: opened.service.listeners)
        await opened.until(opened.window.frame.splitter.isVisible)
        if login == "sue":  # who decides begins at the first queue
            await opened.until(lambda: opened.window.queues.queues.front_key)
        yield opened


def commit(opened: Opened) -> None:
    """Press the key that commits, however lately it was pressed."""
    keys.forget_commits()
    opened.press(Qt.Key.Key_Return, CTRL)
