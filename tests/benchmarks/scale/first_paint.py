"""A process that shows a window, says when it was painted first, and ends: ``empty`` a QMainWindow, ``desk`` ours.

It prints the moments (CLOCK_MONOTONIC, in seconds) of the first paint and, of the desk, of the first paint with
the place to sign in on it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget


class FirstPaint(QObject):
    """Tells of the first paint of any window, and of the first of one that is a QMainWindow."""

    def __init__(self, application: QApplication, windows_only: bool) -> None:
        super().__init__(application)
        self._windows_only = windows_only
        self._is_painted = False
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at each paint, after what paints has painted."""
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow():
            if not self._is_painted:
                self._is_painted = True
                print(f"painted {time.monotonic()}", flush=True)
            if isinstance(watched, QMainWindow):
                print(f"whole {time.monotonic()}", flush=True)
                os._exit(0)
        return False


def empty() -> None:
    """The least that a window takes."""
    application = QApplication([sys.argv[0]])
    window = QMainWindow()
    window.resize(1366, 768)
    FirstPaint(application, True)
    window.show()
    application.exec()


def desk(folder: Path, server: str) -> None:
    """The desk as its command opens it."""
    from care_console.desktop.shell import first

    make = first.make_application

    def watched(*given: object, **named: object) -> QApplication:
        application = make(*given, **named)  # type: ignore[arg-type]
        FirstPaint(application, False)
        return application

    first.make_application = watched
    sys.exit(first.main(["--data-dir", str(folder), "--server", server]))


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    desk(Path(sys.argv[2]), sys.argv[3])
