"""Makes the pictures of the docs: the real window, driven by keys, over a small service with stories in it.

``python -m tests.support.screenshots [DIR]`` leaves them in docs/screenshots/ unless told otherwise.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QDialog

from care_console.desktop.shell import theme
from care_console.desktop.shell.tokens import Look
from tests.support.log_service import LogService, a_log_window
from tests.support.scenes import SCENES, Scene
from tests.support.story_service import MARIA
from tests.support.windows import Opened, a_window, qt_loop_factories

SIZES = ((1366, 768), (1920, 1080))
ON_THE_WIDE_SCREEN = ("story",)
LOOKS = (Look.LIGHT, Look.DARK)
SETTLE_SECONDS = 0.4
"""For what is painted a moment later by design: a row that stays selected, a message that is read."""

Step = Callable[[Opened], Awaitable[None]]


async def _door(opened: Opened) -> None:
    await opened.until(lambda: opened.window.frame.sign_in.isVisible())


async def _find(opened: Opened) -> None:
    opened.press(Qt.Key.Key_F2)
    opened.type("delgado")
    await opened.until(lambda: opened.window.hits.isVisible() and opened.window.hits.model.rowCount() > 1)


async def _story(opened: Opened) -> None:
    opened.press(Qt.Key.Key_Return)
    await opened.read()
    await opened.until(lambda: opened.window.frame.story.timeline.select("charge:c28b"))


async def _refund(opened: Opened) -> None:
    opened.press(Qt.Key.Key_F7)
    await opened.until(lambda: _dialog() is not None)


async def _new_link(opened: Opened) -> None:
    opened.press(Qt.Key.Key_Escape)
    await opened.until(lambda: _dialog() is None)
    opened.window.activateWindow()
    await opened.until(opened.window.isActiveWindow)
    opened.press(Qt.Key.Key_F8)


async def _stop(opened: Opened) -> None:
    opened.press(Qt.Key.Key_Escape)
    opened.press(Qt.Key.Key_F9)


async def _keys(opened: Opened) -> None:
    opened.press(Qt.Key.Key_Escape)
    opened.press(Qt.Key.Key_F1)


STEPS: tuple[tuple[str, Step], ...] = (
    ("find", _find),
    ("story", _story),
    ("refund", _refund),
    ("new-link", _new_link),
    ("stop-texts", _stop),
    ("keys", _keys),
)


def _dialog() -> QDialog | None:
    shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    return shown[0] if shown else None


def _save(opened: Opened, path: Path) -> None:
    """The window, and the money review where it stands before it."""
    picture = opened.window.grab()
    dialog = _dialog()
    if dialog is not None:
        # A window manager would put it there, with a frame around it; offscreen there is none.
        corner = opened.window.rect().center() - dialog.rect().center()
        dialog.render(picture, corner)
        painter = QPainter(picture)
        painter.setPen(QColor(theme.current().colours.line_strong))
        painter.drawRect(QRect(corner, dialog.size()))
        painter.end()
    picture.save(str(path))


async def _sign_in_picture(into: Path, look: Look) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with a_window(Path(folder), look=look, signed_in=False) as opened:
            await _door(opened)
            _save(opened, into / f"0-sign-in-{look.value}-{opened.window.width()}.png")


async def _series(into: Path, look: Look, size: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with a_window(Path(folder), size=size, look=look) as opened:
            for number, (name, step) in enumerate(STEPS, start=1):
                await step(opened)
                await asyncio.sleep(SETTLE_SECONDS)
                if size == SIZES[1] and name not in ON_THE_WIDE_SCREEN:
                    continue
                _save(opened, into / f"{number}-{name}-{look.value.replace('_', '-')}-{size[0]}.png")
            assert opened.window.callers.front is not None
            assert opened.window.callers.front.recipient_id == MARIA
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _window_of(scene: Scene, folder: Path) -> AbstractAsyncContextManager[Opened]:
    """A specialist's window with stories, or another person's with a log of 60 rows."""
    if scene.login == "ana":
        return a_window(folder, look=scene.look, with_line=scene.with_line)
    service = LogService()
    service.fill(60)
    return a_log_window(folder, service, login=scene.login, look=scene.look)


async def _scene(into: Path, number: int, scene: Scene) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with _window_of(scene, Path(folder)) as opened:
            opened.window.dress.put_on(scene.look, scene.scale)
            await scene.play(opened)
            await asyncio.sleep(SETTLE_SECONDS)
            look = scene.look.value.replace("_", "-")
            _save(opened, into / f"{number}-{scene.name}-{look}-{round(scene.scale * 100)}.png")
            opened.window.dress.put_on(Look.LIGHT, 1.0)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def take(into: Path) -> None:
    """Every step in every look and size, and the scenes."""
    for number, scene in enumerate(SCENES, start=10):
        await _scene(into, number, scene)
    for look in LOOKS:
        await _sign_in_picture(into, look)
        for size in SIZES:
            await _series(into, look, size)


def main() -> int:
    """Take the pictures."""
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs" / "screenshots"
    into.mkdir(parents=True, exist_ok=True)
    with asyncio.Runner(loop_factory=qt_loop_factories()["qt"]) as runner:
        runner.run(take(into))
    print(f"{len(list(into.glob('*.png')))} pictures in {into.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
