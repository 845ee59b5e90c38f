"""The composition root: the only place that knows all parts of the desk, puts them together, and ends them in
order. What is heavy to import is imported after the first paint."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from qasync import QEventLoop  # type: ignore[import-untyped]

from care_console.desktop.settings import SettingsFile
from care_console.desktop.shell import garbage, tasks
from care_console.desktop.shell.first import FIRST_SIZE, DeskOptions, dress, make_application, unusable
from care_console.desktop.shell.single import SingleDesk
from care_console.desktop.shell.tokens import Look

if TYPE_CHECKING:
    from care_console.desktop.desk import Desk
    from care_console.desktop.keychain import Keychain
    from care_console.desktop.shell.clock import Clock
    from care_console.desktop.shell.queues import QueueKind
    from care_console.desktop.shell.window import DeskWindow

__all__ = ["DeskHandle", "DeskOptions", "Look", "make_application", "open_desk", "run"]


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
    size: QSize = FIRST_SIZE,
) -> DeskHandle:
    """Open a desk on a service, signed in where a login is given. Needs a running Qt loop.

    `keychain`, `clock`: the system's where none is given. Raises BackendFailure where signing in fails,
    OSError for an unusable folder.
    """
    options = DeskOptions(server, data_dir, look, text_scale)
    settings = SettingsFile(data_dir)
    dress(options, settings)
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
    options: DeskOptions, settings: SettingsFile, first: QWidget, single: SingleDesk | None = None
) -> int:
    """Show the desk, in the place of `first`, until it is closed. Returns the exit code."""
    try:
        handle = await _put_together(options, settings)
    except OSError as trouble:
        return unusable(options, trouble)
    handle.window.resize(first.size())
    handle.window.show()
    first.close()
    if single is not None:
        single.received.connect(handle.window.links.take)
        single.listen()
    if options.link:
        handle.window.links.take(options.link)
    await handle.closed.wait()
    await handle.close()
    return 0


def run(options: DeskOptions, settings: SettingsFile, first: QWidget, single: SingleDesk) -> int:
    """Run the desk in the place of the window that was painted first. Returns its exit code."""
    with asyncio.Runner(loop_factory=QEventLoop) as runner:
        return runner.run(run_desk(options, settings, first, single))


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
    garbage.settle()
    background = (
        asyncio.create_task(desk.outbox.run(), name="outbox"),
        asyncio.create_task(desk.backend.events(), name="events"),
    )
    return DeskHandle(window, desk, closed, background)


def _queue_kinds() -> tuple[QueueKind, ...]:
    """The queues of the left column, in their order; `shell.queues` says how one is plugged in."""
    from care_console.desktop.screens.approvals.queue import KIND as APPROVALS
    from care_console.desktop.screens.opt_out_log.queue import HELD, LOG

    return (APPROVALS, HELD, LOG)


def _import_desk() -> Any:
    """Everything below the screens: a second of imports, beside the window and not on its thread.

    What is imported stays for good: not even the first collection, on the window's thread, looks through it.
    """
    from care_console.desktop.backend.wire import import_ahead
    from care_console.desktop.desk import assemble

    import_ahead()
    garbage.keep()
    return assemble
