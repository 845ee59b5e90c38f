"""Pauses the caller's number, with a reason; where it is paused, shows by whom and why, and resumes it."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from care_console.contract.base import Reply
from care_console.contract.card_numbers import holds_card_number
from care_console.contract.pauses import Pause
from care_console.contract.phone import display_phone
from care_console.contract.recipients import RecipientStory
from care_console.desktop.actions.pauses import pause_number, resume
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, PendingState, Verb
from care_console.desktop.queries.pauses import pause_of_number
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.screens.pauses.pause_words import ended_in_words, pause_in_words
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.parts import say, words
from care_console.desktop.widgets.when import clock_time

_PAUSES = (
    "No text goes to it but answers to STOP and HELP, and no recording for it is taken, until somebody "
    "resumes it. It is no opt-out: that is Stop texts."
)
_RESUMES = (
    "What waits goes within minutes, at an hour that allows it; what is too late by then never goes. "
    "Recordings for it are taken again."
)
_REASON_HEIGHT = 72


class PausePanel(ActionPanel):
    """One field, the reason; none where the number is paused already: then it can be resumed."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "pausePanel", "Pause it", parent)
        self._recipient_id, self._phone = "", ""
        self._pause: Pause | None = None
        self.on_file = words("", "soft", "pauseOnFile")
        self.reason = QPlainTextEdit()
        self.reason.setObjectName("pauseReason")
        self.reason.setAccessibleName("Why it is paused")
        self.reason.setPlaceholderText("Why it is paused: whoever answers a call about it reads this")
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(_REASON_HEIGHT)
        self.promise = words("", "hint", "pausePromise")
        for part in (self.on_file, self.reason, self.promise):
            self.body.addWidget(part)
        self.reason.textChanged.connect(self._on_edited)

    def show_for(self, story: RecipientStory) -> None:
        """Open on a caller's number, as its story has it."""
        self.unfollow()
        if self.drafts is not None:
            self.drafts.flush()
            self.drafts.deleteLater()
            self.drafts = None
        self._recipient_id, self._phone = story.id, story.phone
        self.state.say("")
        self.reason.clear()
        self.drafts = DraftKeeper(self.desk, Verb.PAUSE, story.phone, self._fields, self)
        self._show_pause(story.paused)
        tasks.start(self._restore(self.drafts), "restoring what was typed")

    def renew(self, story: RecipientStory) -> None:
        """The story was read again: somebody else may have paused or resumed the number meanwhile."""
        has_changed = (story.paused and story.paused.id) != (self._pause and self._pause.id)
        if self.editing and story.phone == self._phone and has_changed and not self.isHidden():
            self._show_pause(story.paused)

    def commit(self) -> None:
        """Pause it, or resume it."""
        if not self.editing:
            return
        text = self.reason.toPlainText().strip()
        if self._pause is not None:
            self._begin(resume(self.desk, pause_id=self._pause.id, recipient_id=self._recipient_id))
        elif not text:
            self.refuse("Say why: whoever answers a call about it reads it. Nothing was sent.")
            self.reason.setFocus()
        elif holds_card_number(text):
            self.refuse("The reason holds what looks like a card number; take it out. Nothing was sent.")
        else:
            if self.drafts is not None:
                self.drafts.leave()
            ask = pause_number(self.desk, phone=self._phone, reason=text, recipient_id=self._recipient_id)
            self._begin(ask)

    def answered(self, answer: Reply) -> None:
        """Say since when it is paused, or that it goes on."""
        if not isinstance(answer, Pause):
            return
        if answer.ended_at is None:
            at = clock_time(answer.since)
            self.state.say(f"Paused since {at} Eastern. No text goes to it until it is resumed.", Tone.GOOD)
            return
        login = self.desk.session.staff.login if self.desk.session.staff else ""
        self.state.say(ended_in_words(answer, login), Tone.GOOD if answer.ended_by == login else Tone.WARN)

    def set_editing(self, editing: bool) -> None:
        """What was sent can be read and not changed."""
        super().set_editing(editing)
        self.reason.setReadOnly(not editing)
        self.promise.setVisible(editing)

    def _show_pause(self, pause: Pause | None) -> None:
        """The form for a number as it is known to stand: to be paused, or to be resumed."""
        self._pause = pause
        verb = "Pause" if pause is None else "Resume"
        self.heading.setText(f"{verb} {display_phone(self._phone)}")
        self.commit_button.setText(f"{verb} it  {keys.shown('commit')}")
        self.commit_button.setAccessibleName(f"{verb} it")
        say(self.on_file, "" if pause is None else pause_in_words(pause, datetime.now(UTC)))
        self.promise.setText(_PAUSES if pause is None else _RESUMES)
        self.reason.setVisible(pause is None)
        self.set_editing(True)
        (self.reason if pause is None else self.commit_button).setFocus()

    def _begin(self, asking: Coroutine[Any, Any, PendingAction]) -> None:
        self.set_editing(False)
        tasks.start(self._ask(asking), "pausing or resuming the number")

    async def _ask(self, asking: Coroutine[Any, Any, PendingAction]) -> None:
        try:
            row = await asking
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self.refuse(failure.sentence)
        except ValidationError as failure:
            self.refuse(failure.errors()[0]["msg"])
        else:
            self.follow(row)

    def _told(self, row: PendingAction | None, answer: Reply | None) -> None:
        super()._told(row, answer)
        if answer is None and row is not None and row.state is PendingState.REFUSED:
            tasks.start(self._look_again(self._phone), "reading how the number stands")

    async def _look_again(self, phone: str) -> None:
        """After a refusal: show how the number really stands, beside the sentence that refused."""
        try:
            found = await pause_of_number(self.desk, phone)
        except BackendFailure as failure:
            if phone == self._phone and self.editing:
                self.state.say(f"{self.state.text} {failure.sentence}", Tone.BAD)
            return
        if phone == self._phone and self.editing and not self.isHidden():
            self._show_pause(found)

    async def _restore(self, drafts: DraftKeeper) -> None:
        kept = await drafts.restore()
        if kept is not None and drafts is self.drafts and not self.reason.toPlainText():
            self.reason.setPlainText(kept.get("reason") or "")

    def _fields(self) -> Mapping[str, Any] | None:
        text = self.reason.toPlainText()
        return {"reason": text} if text.strip() else None

    def _on_edited(self) -> None:
        if self.drafts is not None and self.editing:
            self.drafts.changed()
