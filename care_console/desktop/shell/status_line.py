"""The line at the bottom: the keys that work now, the care line's hours, who is signed in."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from care_console.desktop.shell import keys
from care_console.desktop.shell.call_time import CareLine
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.labels import Elided, plain

_OFFERED = (
    "find",
    "refund.open",
    "reissue.open",
    "stop.open",
    "preview.open",
    "commit",
    "back",
    "pane.next",
    "caller.next",
    "queues",
    "commands",
    "keys",
)
_BY_WORTH = (
    "find",
    "keys",
    "commit",
    "refund.open",
    "reissue.open",
    "stop.open",
    "commands",
    "preview.open",
    "back",
    "queues",
    "caller.next",
    "pane.next",
)
_SHORT = {
    "find": "find",
    "back": "back",
    "pane.next": "pane",
    "caller.next": "next caller",
    "queues": "queues",
    "commands": "commands",
    "keys": "all keys",
    "preview.open": "hear it",
    "commit": "do it",
}


class StatusLine(QFrame):
    """Shows keys only while they do something."""

    def __init__(self, parent: QWidget | None = None, clock: Clock | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.LARGE, Space.TIGHT, Space.LARGE, Space.TIGHT)
        row.setSpacing(Space.TIGHT)
        self._row = row
        self._usable: set[str] = set()
        self.state = Elided("", parent=self)
        self.state.setObjectName("deskState")
        self.state.hide()
        row.addWidget(self.state)
        self._pairs: dict[str, tuple[QLabel, QLabel]] = {}
        for name in _OFFERED:
            key, label = plain(keys.shown(name), parent=self), plain(self._label(name), parent=self)
            key.setProperty("part", "key")
            label.setContentsMargins(0, 0, Space.SMALL, 0)
            row.addWidget(key)
            row.addWidget(label)
            self._pairs[name] = (key, label)
        keys.teller().changed.connect(self._rename)
        row.addStretch(1)
        self.who = plain("", parent=self)
        self.who.setObjectName("signedInAs")
        self.care = CareLine(clock or Clock(self), self)
        for part in (self.care.label, self.who):
            row.addSpacing(Space.MEDIUM)
            row.addWidget(part)

    def show_state(self, words: str, tone: Tone) -> None:
        """What stands in the way of working, and what works all the same; keys make room for it."""
        if words != self.state.text() or self.state.property("tone") != tone.value:
            self.state.setText(words)
            self.state.setAccessibleName(words)
            self.state.setProperty("tone", tone.value)
            self.state.style().polish(self.state)
        self.state.setVisible(bool(words))
        self._fit()

    def refresh(self, usable: dict[str, bool]) -> None:
        """Show the keys that work now; `usable` overrules for actions whose slot may have nothing to do."""
        self._usable = {
            name
            for name in _OFFERED
            if usable.get(name, keys.works_now(name)) and not keys.is_barred(self.window(), name)
        }
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width fits another number of keys."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """The window may be narrower than all keys side by side; those that do not fit are left out."""
        return QSize(0, super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Show the keys that work now; where there is no room, the ones that matter most."""
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - 2 * Space.MEDIUM - Space.WIDE
        if not self.state.isHidden():
            room -= self.state.sizeHint().width() + Space.TIGHT
        room -= self.who.sizeHint().width() + self.care.label.sizeHint().width()
        shown = set()
        for name in sorted(self._usable, key=_BY_WORTH.index):
            room -= sum(part.sizeHint().width() + Space.TIGHT for part in self._pairs[name])
            if room < 0:
                break
            shown.add(name)
        for name, pair in self._pairs.items():
            for part in pair:
                part.setVisible(name in shown)

    def shown_keys(self) -> list[str]:
        """The actions whose keys are shown."""
        return [name for name, (key, _) in self._pairs.items() if not key.isHidden()]

    def _rename(self) -> None:
        for name, (key, _) in self._pairs.items():
            key.setText(keys.shown(name))
        self._fit()

    @staticmethod
    def _label(name: str) -> str:
        return _SHORT.get(name, keys.KEY_MAP[name].label.lower())
