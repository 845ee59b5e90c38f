"""Keeps what a panel holds half written, a moment after each change, so that nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer

from care_console.desktop.backend.session import SessionState
from care_console.desktop.desk import Desk
from care_console.desktop.shell import tasks
from care_console.desktop.store.store import Draft

_PAUSE_MS = 250


class DraftKeeper(QObject):
    """One draft. `fields` is asked for what to keep; None means that there is nothing to keep."""

    def __init__(
        self,
        desk: Desk,
        kind: str,
        subject_id: str,
        fields: Callable[[], Mapping[str, Any] | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._kind = kind
        self._subject_id = subject_id
        self._fields = fields
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.save_now)

    def changed(self) -> None:
        """Keep it soon."""
        self._timer.start()

    def save_now(self) -> None:
        """Keep it now, beside the window."""
        self._timer.stop()
        # who signed out leaves nothing behind: what closes after that is not written down again
        fields = None if self._desk.session.state is SessionState.SIGNED_OUT else self._fields()
        if fields is not None:
            tasks.start(
                self._desk.store.save_draft(self._kind, self._subject_id, fields),
                "keeping what was typed",
                keeps=True,
            )

    def flush(self) -> None:
        """Keep it now if a change waits."""
        if self._timer.isActive():
            self.save_now()

    def leave(self) -> None:
        """Keep nothing more: what was written became an action, which removes the draft."""
        self._timer.stop()

    async def restore(self) -> Mapping[str, Any] | None:
        """What was kept, if anything."""
        draft = await self.kept()
        return draft.fields if draft is not None else None

    async def kept(self) -> Draft | None:
        """What was kept, with when that was."""
        return await self._desk.store.load_draft(self._kind, self._subject_id)
