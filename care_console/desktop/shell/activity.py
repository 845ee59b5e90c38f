"""When somebody last used the desk: any key, any move of the mouse, in any of its windows."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QWindow

from care_console.desktop.shell.clock import Clock

_USES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletPress,
    }
)


class Activity(QObject):
    """Watches the windows of the application, not each widget: few events go that way."""

    def __init__(self, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self._seconds, self._at = clock.seconds(), clock.now()
        self._watched: set[int] = set()
        application = QGuiApplication.instance()
        application.focusWindowChanged.connect(self._watch)  # type: ignore[union-attr]

    def watch(self, window: QWindow | None) -> None:
        """Watch one more window; each that gets the focus is watched anyway."""
        self._watch(window)

    def used(self) -> None:
        """Somebody is there."""
        self._seconds, self._at = self._clock.seconds(), self._clock.now()

    @property
    def idle(self) -> timedelta:
        """How long nobody did anything. By two clocks, since one of them stands while the machine sleeps and
        the other one can be put back."""
        by_seconds = timedelta(seconds=self._clock.seconds() - self._seconds)
        return max(by_seconds, self._clock.now() - self._at)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Note that something was done; keep nothing from anybody."""
        if event.type() in _USES:
            self.used()
        return False

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and id(window) not in self._watched:
            self._watched.add(id(window))
            window.destroyed.connect(partial(self._forget, id(window)))
            window.installEventFilter(self)

    def _forget(self, key: int, *_: object) -> None:
        self._watched.discard(key)
