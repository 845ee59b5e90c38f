"""Sends a charge's receipt by text; where texts are off it shows the receipt, to be read aloud."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from care_console.contract.base import Reply
from care_console.contract.consent import ConsentState
from care_console.contract.phone import display_phone
from care_console.contract.recipients import RecipientStory
from care_console.contract.statements import ReceiptSent
from care_console.desktop.actions.receipts import send_receipt
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay
from care_console.desktop.queries.charges import read_charge
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.parts import say, words
from care_console.desktop.widgets.when import clock_time

_TEXTS_OFF = {
    ConsentState.OPTED_OUT: "Texts to this number are off, so none may go. Read it aloud.",
    ConsentState.HELD: "Texts to this number are held, so none may go. Read it aloud.",
}
_PAUSED = "This number is paused, so none may go. Read it aloud."


class ReceiptPanel(ActionPanel):
    """What the receipt says, in the caller's language, and one key that sends it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "receiptPanel", "Text it", parent)
        self._charge_id = ""
        self._recipient_id = ""
        self._language = "en"
        self.receipt = words("", "lead", "receiptWords")
        self.promise = words("", "hint", "receiptPromise")
        for part in (self.receipt, self.promise):
            self.body.addWidget(part)

    def show_for(self, story: RecipientStory, charge_id: str) -> None:
        """Open on a charge of a caller."""
        self.unfollow()
        self._recipient_id, self._charge_id, self._language = story.id, charge_id, story.language
        self.heading.setText("Receipt by text")
        say(self.receipt, "")
        self.promise.setText(f"One text goes to {display_phone(story.phone)}, at an hour that allows it.")
        off = _TEXTS_OFF.get(story.consent.state) or (_PAUSED if story.paused else None)
        self.set_editing(off is None)
        self.state.say(off or "", Tone.WARN)
        if off is None:
            self.commit_button.setFocus()
        tasks.start(self._read(charge_id), "reading the receipt")

    def commit(self) -> None:
        """Send it."""
        if self.editing:
            self.set_editing(False)
            tasks.start(self._send(), "sending the receipt")

    def set_editing(self, editing: bool) -> None:
        """What is promised is promised only while it can be sent."""
        super().set_editing(editing)
        self.promise.setVisible(editing)

    def answered(self, answer: Reply) -> None:
        """Say when it goes, in the words that go."""
        if isinstance(answer, ReceiptSent):
            at = f"at {clock_time(answer.text.at)} Eastern" if answer.text.at else "now"
            self.state.say(f"The receipt goes {at}.", Tone.GOOD)
            say(self.receipt, answer.words)

    async def _read(self, charge_id: str) -> None:
        try:
            charge = await read_charge(self.desk, charge_id)
        except BackendFailure as failure:
            if charge_id == self._charge_id and self.editing:
                self.state.say(failure.sentence, Tone.WARN)
            return
        if charge_id == self._charge_id and not self.receipt.text():
            say(self.receipt, charge.receipt.es if self._language == "es" else charge.receipt.en)

    async def _send(self) -> None:
        try:
            row = await send_receipt(self.desk, charge_id=self._charge_id, recipient_id=self._recipient_id)
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self.refuse(failure.sentence)
        else:
            self.follow(row)
