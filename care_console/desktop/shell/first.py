"""The first window, there at once: what its paint takes is imported before it, everything else after.

Even asyncio is imported afterwards: it alone takes a quarter of the time that an empty window does.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QEvent, QEventLoop, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from care_console.desktop.settings import SettingsFile
from care_console.desktop.shell import garbage, theme
from care_console.desktop.shell.single import SingleDesk
from care_console.desktop.shell.tokens import Look

DEFAULT_SERVER = "http://127.0.0.1:8000"
FIRST_SIZE = QSize(1366, 768)
_PATIENCE_MS = 500
"""So long the paint is waited for, where no screen asks for one: a window that opens minimized."""


class DeskOptions(NamedTuple):
    """How a desk is opened. `data_dir` holds the encrypted store and the settings.

    `look`, `text_scale`: None for what was on the screen last. `link`: ``care-console://call?from=...``.
    """

    server: str
    data_dir: Path
    look: Look | None = None
    text_scale: float | None = None
    link: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """`care-console`: the desk. Returns its exit code."""
    options = _options(argv)
    try:
        single = SingleDesk(options.data_dir)
    except OSError as trouble:
        return unusable(options, trouble)
    if not single.begin():
        if single.hand_over(options.link):
            return 0
        sys.stderr.write(
            f"Another desk has the folder {options.data_dir} and does not answer; close it first.\n"
        )
        return 1
    settings = SettingsFile(options.data_dir)
    dress(options, settings)
    first = _first_window()
    try:
        _until_painted(first)
        from care_console.desktop import app

        return app.run(options, settings, first, single)
    finally:
        single.end()


def unusable(options: DeskOptions, trouble: OSError) -> int:
    """Say that the folder cannot be used; the exit code for it."""
    sys.stderr.write(f"The desk cannot use its folder {options.data_dir}: {trouble}\n")
    return 1


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


def dress(options: DeskOptions, settings: SettingsFile) -> QApplication:
    """The application as it is asked for, else as it looked last."""
    last = settings.last
    kept = Look(last.look) if last.look in set(Look) else Look.LIGHT
    return make_application(options.look or kept, options.text_scale or last.text_scale)


def _first_window() -> QLabel:
    """A window of the right size and colour, there at once."""
    first = QLabel("Opening the desk …")
    first.setAlignment(Qt.AlignmentFlag.AlignCenter)
    first.setWindowTitle("Care console")
    first.setProperty("text_role", "soft")
    first.resize(FIRST_SIZE)
    first.show()
    return first


class _Painted(QObject):
    """Ends a turn of Qt's loop once a window has been painted."""

    def __init__(self, window: QWidget, turn: QEventLoop) -> None:
        super().__init__(window)
        self._turn = turn
        window.installEventFilter(self)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        """Look at each event; the paint itself comes after this."""
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._turn.quit)
        return False


def _until_painted(window: QWidget) -> None:
    # No coroutine is there yet that this loop could starve, and no other loop that it could run inside of.
    turn = QEventLoop()
    painted = _Painted(window, turn)
    QTimer.singleShot(_PATIENCE_MS, turn.quit)
    turn.exec()
    painted.deleteLater()


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
