"""Pauses a number or a facility, with a reason; where it is paused, shows by whom and why, and resumes it."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from care_console.contract.base import Reply
from care_console.contract.card_numbers import holds_card_number
from care_console.contract.pauses import Pause
from care_console.contract.recipients import RecipientStory
from care_console.desktop.actions.pauses import pause, resume
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, PendingState, Verb
from care_console.desktop.queries.pauses import Pausable, pause_of
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.screens.pauses.pause_words import ended_in_words, pause_in_words
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.parts import say, words
from care_console.desktop.widgets.when import clock_time

_PAUSES_NUMBER = (
    "No text goes to it but answers to STOP and HELP, and no recording for it is taken, until somebody "
    "resumes it. It is no opt-out: that is Stop texts."
)
_PAUSES_FACILITY = (
    "No recording is taken from it, and texts of its messages wait, until somebody resumes it. Links that "
    "were texted before go on working."
)
_RESUMES_NUMBER = (
    "What waits goes within minutes, at an hour that allows it; what is too late by then never goes. "
    "Recordings for it are taken again."
)
_RESUMES_FACILITY = (
    "Its recordings are taken again. Texts that wait go within minutes, at an hour that allows it; what is "
    "too late by then never goes."
)
_REASON_HEIGHT = 72


class PausePanel(ActionPanel):
    """One field, the reason; none where the number is paused already: then it can be resumed."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "pausePanel", "Pause it", parent)
        self._thing = Pausable("")
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

    @property
    def thing(self) -> Pausable:
        """What it is open on."""
        return self._thing

    def show_for(self, story: RecipientStory) -> None:
        """Open on a caller's number, as its story has it."""
        self.show_thing(Pausable.of_story(story), story.paused)

    def show_thing(self, thing: Pausable, lasts: Pause | None) -> None:
        """Open on a number or a facility; `lasts`: the pause of it, where there is one."""
        self.unfollow()
        if self.drafts is not None:
            self.drafts.flush()
            self.drafts.deleteLater()
            self.drafts = None
        self._thing = thing
        self.state.say("")
        self.reason.clear()
        self.drafts = DraftKeeper(self.desk, Verb.PAUSE, thing.subject_id, self._fields, self)
        self._show_pause(lasts)
        tasks.start(self._restore(self.drafts), "restoring what was typed")

    def renew_story(self, story: RecipientStory) -> None:
        """A caller's story was read again."""
        self.renew(Pausable.of_story(story), story.paused)

    def renew(self, thing: Pausable, lasts: Pause | None) -> None:
        """It was read again how something stands: somebody else may have paused or resumed it meanwhile."""
        has_changed = (lasts and lasts.id) != (self._pause and self._pause.id)
        is_open = self.editing and not self.isHidden()
        if is_open and has_changed and thing.subject_id == self._thing.subject_id:
            self._show_pause(lasts)

    def put_down(self) -> None:
        """What it stands in is put away: keep what is half typed, and show no more of what was asked for."""
        if self.drafts is not None and self.editing:
            self.drafts.flush()
        self.unfollow()
        self.hide()

    def commit(self) -> None:
        """Pause it, or resume it."""
        if not self.editing:
            return
        text = self.reason.toPlainText().strip()
        if self._pause is not None:
            self._begin(resume(self.desk, self._thing, self._pause))
        elif not text:
            self.refuse("Say why: whoever answers a call about it reads it. Nothing was sent.")
            self.reason.setFocus()
        elif holds_card_number(text):
            self.refuse("The reason holds what looks like a card number; take it out. Nothing was sent.")
        else:
            if self.drafts is not None:
                self.drafts.leave()
            self._begin(pause(self.desk, self._thing, text))

    def answered(self, answer: Reply) -> None:
        """Say since when it is paused, or that it goes on."""
        if not isinstance(answer, Pause):
            return
        if answer.ended_at is None:
            at = clock_time(answer.since)
            until = "No text goes to it" if answer.phone else "Nothing is taken from it"
            self.state.say(f"Paused since {at} Eastern. {until} until it is resumed.", Tone.GOOD)
            return
        login = self.desk.session.staff.login if self.desk.session.staff else ""
        self.state.say(ended_in_words(answer, login), Tone.GOOD if answer.ended_by == login else Tone.WARN)

    def set_editing(self, editing: bool) -> None:
        """What was sent can be read and not changed."""
        super().set_editing(editing)
        self.reason.setReadOnly(not editing)
        self.promise.setVisible(editing)

    def _show_pause(self, lasts: Pause | None) -> None:
        """The form for something as it is known to stand: to be paused, or to be resumed."""
        self._pause = lasts
        verb = "Pause" if lasts is None else "Resume"
        self.heading.setText(f"{verb} {self._thing.title}")
        self.commit_button.setText(f"{verb} it  {keys.shown('commit')}")
        self.commit_button.setAccessibleName(f"{verb} it")
        say(self.on_file, "" if lasts is None else pause_in_words(lasts, datetime.now(UTC)))
        is_number = self._thing.phone is not None
        pauses = _PAUSES_NUMBER if is_number else _PAUSES_FACILITY
        resumes = _RESUMES_NUMBER if is_number else _RESUMES_FACILITY
        self.promise.setText(pauses if lasts is None else resumes)
        self.reason.setVisible(lasts is None)
        self.set_editing(True)
        (self.reason if lasts is None else self.commit_button).setFocus()

    def _begin(self, asking: Coroutine[Any, Any, PendingAction]) -> None:
        self.set_editing(False)
        tasks.start(self._ask(asking), "pausing or resuming it")

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
            tasks.start(self._look_again(self._thing), "reading how it stands")

    async def _look_again(self, thing: Pausable) -> None:
        """After a refusal: show how it really stands, beside the sentence that refused."""
        try:
            found = await pause_of(self.desk, thing)
        except BackendFailure as failure:
            if thing == self._thing and self.editing:
                self.state.say(f"{self.state.text} {failure.sentence}", Tone.BAD)
            return
        if thing == self._thing and self.editing and not self.isHidden():
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
