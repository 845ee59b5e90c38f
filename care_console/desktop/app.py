"""The composition root: the only place that knows all parts of the desk, puts them together, and ends them in
order. What is heavy to import is imported after the first paint."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from qasync import QEventLoop  # type: ignore[import-untyped]

from care_console.desktop.settings import SettingsFile
from care_console.desktop.shell import garbage, tasks, theme
from care_console.desktop.shell.single import SingleDesk
from care_console.desktop.shell.tokens import Look

if TYPE_CHECKING:
    from care_console.desktop.desk import Desk
    from care_console.desktop.keychain import Keychain
    from care_console.desktop.shell.clock import Clock
    from care_console.desktop.shell.queues import QueueKind
    from care_console.desktop.shell.window import DeskWindow

__all__ = ["DeskHandle", "DeskOptions", "Look", "main", "make_application", "open_desk", "run_desk"]

DEFAULT_SERVER = "http://127.0.0.1:8000"
_FIRST_SIZE = QSize(1366, 768)


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """How a desk is opened. `data_dir` holds the encrypted store and the settings.

    `look`, `text_scale`: None for what was on the screen last. `link`: ``care-console://call?from=...``.
    """

    server: str = DEFAULT_SERVER
    data_dir: Path = field(default_factory=lambda: default_data_dir())
    look: Look | None = None
    text_scale: float | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class DeskHandle:
    """An open desk. Whoever opened it closes it."""

    window: DeskWindow
    desk: Desk
    closed: asyncio.Event
    background: tuple[asyncio.Task[None], ...]

    async def close(self) -> None:
        """Close the window, cancel what runs beside it, close the connections and the store."""
        self.window.close()
        for task in self.background:
            task.cancel()
        await asyncio.gather(*self.background, return_exceptions=True)
        await tasks.stop_all()
        await self.desk.close()
        self.window.deleteLater()


def default_data_dir() -> Path:
    """Where the desk keeps its store unless told otherwise: the system's place for a person's data."""
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA")
        return Path(home or Path.home()) / "care-console"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "care-console"
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "care-console"


def make_application(look: Look = Look.LIGHT, text_scale: float = 1.0) -> QApplication:
    """The application in its look. Sound's own chatter, which names paths, is kept out of the logs."""
    os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    application.setApplicationName("Care console")
    application.setDesktopFileName("care-console")
    if application.findChild(garbage.GarbageOfTheWindow) is None:
        garbage.GarbageOfTheWindow(application)
    # Closing ends the desk in order (see run_desk); Qt's own quitting would cut that off.
    application.setQuitOnLastWindowClosed(False)
    theme.apply(application, look, text_scale)
    return application


async def open_desk(
    server: str,
    login: str | None = None,
    password: str | None = None,
    *,
    data_dir: Path,
    look: Look | None = None,
    text_scale: float | None = None,
    keychain: Keychain | None = None,
    clock: Clock | None = None,
    size: QSize = _FIRST_SIZE,
) -> DeskHandle:
    """Open a desk on a service, signed in where a login is given. Needs a running Qt loop.

    `keychain`, `clock`: the system's where none is given. Raises BackendFailure where signing in fails,
    OSError for an unusable folder.
    """
    options = DeskOptions(server, data_dir, look, text_scale)
    settings = SettingsFile(data_dir)
    _dress(options, settings)
    handle = await _put_together(options, settings, keychain, clock)
    handle.window.resize(size)
    handle.window.show()
    if login is not None and password is not None:
        from care_console.desktop.actions.sessions import sign_in

        try:
            await sign_in(handle.desk, login, password)
        except BaseException:
            await handle.close()
            raise
    return handle


async def run_desk(
    options: DeskOptions, settings: SettingsFile | None = None, single: SingleDesk | None = None
) -> int:
    """Show the desk until it is closed. Returns the exit code."""
    first = _first_paint()
    await asyncio.sleep(0)
    try:
        handle = await _put_together(options, settings or SettingsFile(options.data_dir))
    except OSError as trouble:
        return _unusable(options, trouble)
    handle.window.resize(first.size())
    handle.window.show()
    first.close()
    if single is not None:
        single.received.connect(handle.window.links.take)
        single.listen()
    if options.link:
        handle.window.links.take(options.link)
    garbage.settle()
    await handle.closed.wait()
    await handle.close()
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """`care-console`: the desk. Returns its exit code."""
    options = _options(argv)
    try:
        single = SingleDesk(options.data_dir)
    except OSError as trouble:
        return _unusable(options, trouble)
    if not single.begin():
        if single.hand_over(options.link):
            return 0
        sys.stderr.write(
            f"Another desk has the folder {options.data_dir} and does not answer; close it first.\n"
        )
        return 1
    settings = SettingsFile(options.data_dir)
    _dress(options, settings)
    try:
        with asyncio.Runner(loop_factory=QEventLoop) as runner:
            return runner.run(run_desk(options, settings, single))
    finally:
        single.end()


def _unusable(options: DeskOptions, trouble: OSError) -> int:
    sys.stderr.write(f"The desk cannot use its folder {options.data_dir}: {trouble}\n")
    return 1


def _dress(options: DeskOptions, settings: SettingsFile) -> QApplication:
    """The application as it is asked for, else as it looked last."""
    last = settings.last
    kept = Look(last.look) if last.look in set(Look) else Look.LIGHT
    return make_application(options.look or kept, options.text_scale or last.text_scale)


async def _put_together(
    options: DeskOptions,
    settings: SettingsFile,
    keychain: Keychain | None = None,
    clock: Clock | None = None,
) -> DeskHandle:
    assemble = await asyncio.to_thread(_import_desk)
    desk: Desk = await assemble(options.server, options.data_dir, keychain=keychain)
    from care_console.desktop.actions.locking import begins_locked
    from care_console.desktop.screens.sign_in import SignInScreen
    from care_console.desktop.screens.story.side import SideColumn
    from care_console.desktop.shell.window import DeskWindow

    def make_side(parent: QWidget) -> QWidget:
        return SideColumn(desk, parent)

    def make_sign_in(parent: QWidget) -> QWidget:
        return SignInScreen(desk, parent)

    locked = await begins_locked(desk, clock.now() if clock else datetime.now(UTC))
    window = DeskWindow(desk, make_side, make_sign_in, settings, _queue_kinds(), clock, begins_locked=locked)
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    background = (
        asyncio.create_task(desk.outbox.run(), name="outbox"),
        asyncio.create_task(desk.backend.events(), name="events"),
    )
    return DeskHandle(window, desk, closed, background)


def _queue_kinds() -> tuple[QueueKind, ...]:
    """The queues of the left column, in their order; `shell.queues` says how one is plugged in."""
    from care_console.desktop.screens.approvals.queue import KIND as APPROVALS

    return (APPROVALS,)


def _import_desk() -> Any:
    """Everything below the screens: a second of imports, beside the window and not on its thread."""
    import qtawesome  # type: ignore[import-untyped]  # noqa: F401 - here, so that the first icon does not wait

    from care_console.contract.hours import care_hours
    from care_console.desktop.desk import assemble

    care_hours(datetime.now(UTC))  # the calendar of holidays, likewise
    return assemble


def _first_paint() -> QLabel:
    """A window of the right size and colour, there at once."""
    first = QLabel("Opening the desk …")
    first.setAlignment(Qt.AlignmentFlag.AlignCenter)
    first.setWindowTitle("Care console")
    first.setProperty("text_role", "soft")
    first.resize(_FIRST_SIZE)
    first.show()
    return first


def _options(argv: Sequence[str] | None) -> DeskOptions:
    parser = argparse.ArgumentParser(prog="care-console", description="Open the desk.")
    parser.add_argument("--server", default=os.environ.get("CARE_SERVER", DEFAULT_SERVER), metavar="URL")
    parser.add_argument("--data-dir", type=Path, default=default_data_dir(), metavar="DIR")
    parser.add_argument("--theme", type=Look, choices=list(Look), help="else the one of last time")
    parser.add_argument("--text-size", type=float, metavar="1.0-2.0", help="else the one of last time")
    parser.add_argument("link", nargs="?", default="", help="care-console://call?from=+12145550142")
    asked = parser.parse_args(argv)
    size = None if asked.text_size is None else min(2.0, max(1.0, asked.text_size))
    return DeskOptions(asked.server, asked.data_dir, asked.theme, size, asked.link)
