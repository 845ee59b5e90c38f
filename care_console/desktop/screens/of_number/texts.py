"""The texts of the caller's number: raw words, how they were read, what became of each; reach and pause."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QHBoxLayout, QWidget

from care_console.contract.base import Reply
from care_console.contract.pauses import Pause
from care_console.contract.recipients import RecipientStory
from care_console.contract.texts import OutOfReach, ReachCleared
from care_console.desktop.actions.reach import clear_reach
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, PendingState
from care_console.desktop.queries.texts import texts_page
from care_console.desktop.screens.of_number.sheet import NumberSheet, Page
from care_console.desktop.screens.of_number.text_lines import reach_in_words, row_of
from care_console.desktop.screens.pauses.pause_words import pause_in_words
from care_console.desktop.screens.watching import Follower, on_its_way
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.parts import Notice, button

_CLEARED = "The mark is gone: recordings for this number are taken again, and texts go to it."
_NO_MARK = "This number is not marked out of reach, so there was nothing to clear."


class TextsSheet(NumberSheet):
    """Reads the texts; where the number is out of reach it says so, and lets the mark be cleared.

    A paused number is told of too, in full: why its texts wait.
    """

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(
            desk, parent, "textsSheet", "Texts", "No text ever went to this number or came from it."
        )
        self._follower: Follower | None = None
        self.reach = Notice("textsReach")
        self.clear_button = button(f"It works again  {keys.shown('reach.clear')}", "reachClear")
        self.clear_button.clicked.connect(lambda: keys.press("reach.clear"))
        self.cleared_state = Notice("reachState")
        self.paused = Notice("textsPaused")
        self._line = QWidget(self)
        row = QHBoxLayout(self._line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.MEDIUM)
        row.addWidget(self.reach, 1)
        row.addWidget(self.clear_button)
        self.above.addWidget(self._line)
        self.above.addWidget(self.cleared_state)
        self.above.addWidget(self.paused)
        self._line.hide()

    def open_for(self, story: RecipientStory) -> None:
        """Show the texts of a caller's number."""
        super().open_for(story)
        self._show_reach(story.out_of_reach)
        self._show_pause(story.paused)

    def clear_mark(self) -> None:
        """The caller says that texts arrive again."""
        if self.story is not None:
            tasks.start(self._clear(self.story.id), "clearing the mark")

    def cleared(self) -> None:
        """Nothing of the one before stays."""
        if self._follower is not None:
            self._follower.stop()
            self._follower.deleteLater()
            self._follower = None
        self.cleared_state.say("")
        self._show_reach(None)
        self._show_pause(None)

    async def read_page(self, recipient_id: str, cursor: str | None, limit: int) -> Page:
        """One page of texts; the first one tells of the reach, too."""
        page = await texts_page(self.desk, recipient_id, cursor, limit)
        if cursor is None and self.story is not None and self.story.id == recipient_id:
            self._show_reach(page.out_of_reach)
            self._show_pause(page.paused)
        return [row_of(text) for text in page.items], page.next_cursor

    async def _clear(self, recipient_id: str) -> None:
        try:
            row = await clear_reach(self.desk, recipient_id=recipient_id)
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self.cleared_state.say(failure.sentence, Tone.BAD)
            return
        if self.story is not None and self.story.id == recipient_id:
            self._follower = Follower(self.desk, row.id, self._told, self)
            self._follower.tell()

    def _told(self, row: PendingAction | None, answer: Reply | None) -> None:
        if isinstance(answer, ReachCleared):
            tone = Tone.GOOD if answer.was_marked else Tone.PLAIN
            self.cleared_state.say(_CLEARED if answer.was_marked else _NO_MARK, tone)
            self._show_reach(None)
            self.show_new()
        elif row is not None:
            sentence, tone = on_its_way(row)
            self.cleared_state.say(sentence, tone)
            self.clear_button.setEnabled(row.state is PendingState.REFUSED)

    def _show_reach(self, reach: OutOfReach | None) -> None:
        self._line.setVisible(reach is not None)
        self.clear_button.setEnabled(True)
        if reach is not None:
            self.reach.say(reach_in_words(reach), Tone.WARN)

    def _show_pause(self, pause: Pause | None) -> None:
        waits = "Its texts wait until somebody resumes it; answers to STOP and HELP go."
        self.paused.say(f"{pause_in_words(pause, datetime.now(UTC))}. {waits}" if pause else "", Tone.WARN)
