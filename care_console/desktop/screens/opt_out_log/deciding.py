"""What is decided about a held reply: that it was a refusal. Its words become an opt-out like any other's."""

from __future__ import annotations

from pydantic import ValidationError
from PySide6.QtWidgets import QWidget

from care_console.contract.base import Reply
from care_console.contract.consent import ConsentState, OptOut, OptOutEvidence
from care_console.contract.phone import display_phone
from care_console.desktop.actions.opt_outs import stop_texts
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.parts import words
from care_console.desktop.widgets.when import clock_time

_NO_WORDS = "(a held reply without words)"
_PROMISE = (
    "The words stand in the log as an opt-out, with your name. Texts stay off for good; only the phone "
    "itself can turn them on again, with START."
)


class Deciding(ActionPanel):
    """Opts a held number out for good. Hidden until it is asked for."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "decidingPanel", "Stop for good", parent)
        self._row: OptOut | None = None
        self._recipient_id: str | None = None
        self.promise = words(_PROMISE, "hint")
        self.body.addWidget(self.promise)
        self.closed.connect(self.hide)
        self.hide()

    def put(self, row: OptOut | None) -> None:
        """Another row is looked at."""
        self._row, self._recipient_id = row, None
        self.unfollow()
        self.editing = False  # not by `set_editing`, which takes the focus: it belongs to the list
        self.hide()

    def known(self, found: OptOutEvidence) -> None:
        """Who is known by the row's number."""
        self._recipient_id = found.recipient_id

    def stop_for_good(self) -> None:
        """Say what will be done, to be committed."""
        if self._row is None:
            return
        self.heading.setText(f"Stop texts to {display_phone(self._row.phone)} for good")
        self.state.say("")
        self.show()
        self.set_editing(True)
        self.commit_button.setFocus()

    def commit(self) -> None:
        """Do it."""
        if self.editing and self._row is not None:
            self.set_editing(False)
            tasks.start(self._stop(self._row), "stopping the texts")

    def set_editing(self, editing: bool) -> None:
        """What was sent is not promised any more."""
        super().set_editing(editing)
        self.promise.setVisible(editing)

    def step_back(self) -> bool:
        """Close; False where nothing was open."""
        return super().step_back() if self.isVisible() else False

    def answered(self, answer: Reply) -> None:
        """Say since when."""
        if isinstance(answer, OptOut) and answer.state is ConsentState.OPTED_OUT:
            self.state.say(f"Texts are off since {clock_time(answer.effective_at)} Eastern.", Tone.GOOD)

    async def _stop(self, row: OptOut) -> None:
        try:
            asked = await stop_texts(
                self.desk,
                phone=row.phone,
                words=row.words.strip() or _NO_WORDS,
                received_at=row.received_at,
                call_id=row.call_id,
                recipient_id=self._recipient_id,
                channel=row.channel,
            )
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self.refuse(failure.sentence)
        except ValidationError as failure:
            self.refuse(failure.errors()[0]["msg"])
        else:
            self.follow(asked)
