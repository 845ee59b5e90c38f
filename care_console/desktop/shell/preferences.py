"""Puts on what a person has set (look, size of text, keys) when they sign in, and keeps what they change."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.settings import Settings, SettingsFile
from care_console.desktop.shell import keys, tasks, theme
from care_console.desktop.shell.dress import Dress
from care_console.desktop.shell.key_sheet import KeySheet
from care_console.desktop.shell.relabel import relabel
from care_console.desktop.shell.tokens import Look


class Preferences(QObject):
    """Of one window. `close` ends its hearing of sessions; keys are then the usual ones again."""

    def __init__(
        self, desk: Desk, file: SettingsFile, dress: Dress, sheet: KeySheet, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk, self._file, self._dress = desk, file, dress
        self._login = ""
        self._putting_on = False
        self._unsubscribe = desk.changes.subscribe(self._heard)
        dress.changed.connect(self._keep)
        sheet.changed.connect(self._keep)
        keys.teller().changed.connect(self._relabel)
        self._put_on()

    def close(self) -> None:
        """Hear no more."""
        self._unsubscribe()
        keys.teller().changed.disconnect(self._relabel)
        keys.use({})

    def _heard(self, change: Announcement) -> None:
        if change.kind is LocalKind.SESSION:
            self._put_on()

    def _put_on(self) -> None:
        """The settings of whoever signed in. Somebody new has the usual keys, and the look that is there."""
        staff = self._desk.session.staff
        if self._desk.session.state is not SessionState.SIGNED_IN or staff is None:
            return
        if staff.login == self._login:
            return
        self._login = staff.login
        found = self._file.of(staff.login)
        self._putting_on = True
        try:
            keys.use(found.keys if found else {})
            if found is not None and found.look in set(Look):
                self._dress.put_on(Look(found.look), found.text_scale)
        finally:
            self._putting_on = False

    def _keep(self) -> None:
        if self._putting_on:
            return
        now = theme.current()
        self._file.keep(self._login or None, Settings(now.look.value, now.sizes.scale, keys.own()))
        tasks.start(asyncio.to_thread(self._file.write), "keeping your settings")

    def _relabel(self, before: dict[str, str]) -> None:
        relabel(QApplication.allWidgets(), before)
