"""Follows one thing that was asked for, from the key press to the service's answer, and says it in words."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QObject
from shiboken6 import isValid

from care_console.contract.base import Reply
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.shell.tokens import Tone

Told = Callable[[PendingAction | None, Reply | None], None]

NOT_RECORDED = "Queued on this computer, not yet recorded by the service. It goes before all else."
_ON_ITS_WAY = {
    PendingState.QUEUED: "On its way: waiting to be sent.",
    PendingState.SENDING: "On its way to the service.",
    PendingState.CHECKING: "Checking: no answer came, so the same request is sent again. It is done once.",
    PendingState.PAUSED: "Kept on this computer; it goes on once you are signed in.",
    PendingState.NEEDS_CONFIRMATION: "Not sent: the desk was closed in between, so it waits for your word.",
    PendingState.REFUSED: "Refused. Nothing was done.",
}
_TONES = {
    PendingState.REFUSED: Tone.BAD,
    PendingState.CHECKING: Tone.WARN,
    PendingState.PAUSED: Tone.WARN,
    PendingState.NEEDS_CONFIRMATION: Tone.WARN,
}


def on_its_way(row: PendingAction) -> tuple[str, Tone]:
    """What to say of something that the service has not answered: a sentence and its tone.

    A STOP that waits is safe on the disk, and still no opt-out: both are said.
    """
    sentence = row.problem or _ON_ITS_WAY[row.state]
    if row.verb is Verb.OPT_OUT and row.state in (PendingState.QUEUED, PendingState.PAUSED):
        sentence = f"{NOT_RECORDED} {sentence}"
    return sentence, _TONES.get(row.state, Tone.ACCENT)


class Follower(QObject):
    """Tells of every change of one outbox row until its owner is gone or `stop` is called."""

    def __init__(self, desk: Desk, row_id: UUID, told: Told, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._row_id = row_id
        self._told = told
        self._unsubscribe = desk.changes.subscribe(self._on_change)
        self.destroyed.connect(self._unsubscribe)

    def stop(self) -> None:
        """Tell no more."""
        self._unsubscribe()

    def tell(self) -> None:
        """Tell how it stands now."""
        self._told(self._desk.outbox.find(self._row_id), self._desk.outbox.answer(self._row_id))

    def _on_change(self, change: Announcement) -> None:
        if not isValid(self):
            self._unsubscribe()
        elif change.kind is LocalKind.OUTBOX and change.id == str(self._row_id):
            self.tell()
