"""What keys do on a row that is on its way: send what waits for a word, put away what was refused,
take back what certainly never left."""

from __future__ import annotations

from PySide6.QtCore import QObject

from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, PendingState
from care_console.desktop.shell import keys
from care_console.desktop.shell.tasks import start
from care_console.desktop.widgets.timeline.view import TimelineView


class PendingKeys(QObject):
    """Ctrl+Enter and Ctrl+Z while a pending row is selected in the timeline."""

    def __init__(self, desk: Desk, timeline: TimelineView) -> None:
        super().__init__(timeline)
        self._desk, self._timeline = desk, timeline
        self._commit = keys.bind(timeline, "commit", self._go_on)
        self._undo = keys.bind(timeline, "undo", self._take_back)
        timeline.row_selected.connect(self._refresh)
        self.close = desk.changes.subscribe(self._heard)
        self._refresh()

    def _selected(self) -> PendingAction | None:
        """The row as the outbox has it now, which may be newer than the one painted."""
        row = self._timeline.selected_row()
        if row is None or not isinstance(row.origin, PendingAction):
            return None
        return self._desk.outbox.find(row.origin.id)

    def _refresh(self, _row: object = None) -> None:
        action = self._selected()
        state = action.state if action else None
        self._commit.setEnabled(state in (PendingState.NEEDS_CONFIRMATION, PendingState.REFUSED))
        self._undo.setEnabled(action is not None and _never_left(action))

    def _heard(self, change: Announcement) -> None:
        if change.kind is LocalKind.OUTBOX:
            self._refresh()

    def _go_on(self) -> None:
        action = self._selected()
        if action is None:
            return
        if action.state is PendingState.NEEDS_CONFIRMATION:
            start(self._desk.outbox.confirm(action.id), "sending what waited")
        elif action.state is PendingState.REFUSED:
            start(self._desk.outbox.dismiss(action.id), "putting it away")

    def _take_back(self) -> None:
        action = self._selected()
        if action is not None and _never_left(action):
            start(self._desk.outbox.take_back(action.id), "taking it back")


def _never_left(action: PendingAction) -> bool:
    waits = (PendingState.QUEUED, PendingState.PAUSED, PendingState.NEEDS_CONFIRMATION)
    return action.state in waits and not action.maybe_arrived
