"""The money review, the desk's one modal: everything that is known of a refund before it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget
from shiboken6 import isValid

from care_console.contract.card_numbers import holds_card_number
from care_console.contract.changes import ChangeKind
from care_console.contract.charges import Charge, RefundReason
from care_console.contract.limits import RefundTerms, Ruling
from care_console.contract.messages import Message
from care_console.contract.recipients import RecipientStory
from care_console.desktop.actions.refunds import ask_refund
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, Verb
from care_console.desktop.queries.messages import read_message
from care_console.desktop.queries.terms import read_terms
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.refund import facts
from care_console.desktop.screens.refund.form import RefundForm
from care_console.desktop.screens.refund.progress import RefundProgress
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Tone

_TOGETHER_MS = 60


class Phase(StrEnum):
    """Where the review is."""

    READING = "reading"
    EDITING = "editing"
    SENDING = "sending"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class _About:
    message: Message
    charge: Charge
    terms: RefundTerms | None = None


class RefundReview(QDialog):
    """Window-modal; show it with `open()`. `asked` fires once the refund lies in the outbox, `ruled` with how
    the amount that is typed stands.

    The refund's id is made with the review and kept in its draft, so that the same refund asked for twice,
    by two key presses or after a crash, is one refund.
    """

    asked = Signal(object)
    ruled = Signal(object)

    def __init__(self, desk: Desk, story: RecipientStory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("refundReview")
        self.setWindowTitle("Review the refund")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._desk = desk
        self._story = story
        self._about: _About | None = None
        self._drafts: DraftKeeper | None = None
        self.refund_id: UUID = uuid4()
        self.phase = Phase.READING
        self.asked_row: PendingAction | None = None
        self.progress = RefundProgress(desk, "refund", self)
        self.form = RefundForm(story, self.progress, self)
        self.form.edited.connect(self._on_edited)
        self.form.send_button.clicked.connect(lambda: keys.press("commit"))
        self.form.back_button.clicked.connect(self.reject)
        self.progress.changed.connect(self._on_progress)
        self.progress.refused.connect(self._on_refused)
        keys.bind(self, "commit", self.commit)
        keys.bind(self, "undo", self.progress.undo)
        keys.bind(self, "back", self.reject)
        self.finished.connect(self._on_finished)
        self._terms_soon = QTimer(self)
        self._terms_soon.setSingleShot(True)
        self._terms_soon.setInterval(_TOGETHER_MS)
        self._terms_soon.timeout.connect(self._renew_terms)
        self._unsubscribe = desk.changes.subscribe(self._heard)
        self.destroyed.connect(self._unsubscribe)
        self._show_phase()

    async def show_charge(self, message: Message, charge: Charge, reason: RefundReason | None) -> None:
        """Fill the review; what was half written about this charge comes back, its id with it."""
        terms = await self._read_terms(charge.id)
        charge = facts.as_termed(charge, terms)
        self._about = _About(message, charge, terms)
        drafts = DraftKeeper(self._desk, Verb.REFUND, charge.id, self._fields, self)
        kept = await drafts.restore()
        self.form.show_charge(message, charge, _now())
        self.form.amount.show_cents(facts.left_cents(charge))
        self.form.reasons.choose(reason)
        if kept is not None:
            self._restore(kept)
        self._drafts = drafts
        self.phase = Phase.EDITING
        drafts.save_now()
        self._show_phase()
        self.form.reasons.setFocus()

    def cannot_show(self, sentence: str) -> None:
        """Say why there is nothing to review."""
        self.form.notice.say(sentence, Tone.BAD)

    def commit(self) -> None:
        """Ask for the refund, if all of it is in order."""
        if self.phase is not Phase.EDITING or self._about is None:
            return
        problem = self._problem()
        if problem is not None:
            self.form.notice.say(problem, Tone.BAD)
            return
        self.phase = Phase.SENDING
        if self._drafts is not None:
            self._drafts.leave()
        self._show_phase()
        tasks.start(self._ask(self._about), "asking for the refund")

    async def _ask(self, about: _About) -> None:
        cents, reason = self.form.amount.cents, self.form.reasons.value
        assert cents is not None
        assert reason is not None
        try:
            row = await ask_refund(
                self._desk,
                refund_id=self.refund_id,
                charge_id=about.charge.id,
                recipient_id=self._story.id,
                amount_cents=cents,
                reason=reason,
                note=self.form.note.toPlainText(),
                expected_refunded_cents=about.charge.refunded_cents,
            )
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self._back_to_editing(failure.sentence)
            return
        except ValidationError as failure:
            self._back_to_editing(failure.errors()[0]["msg"])
            return
        self._on_asked(row, cents)

    def _on_asked(self, row: PendingAction, cents: int) -> None:
        self.phase = Phase.SENT
        self.asked_row = row
        self.progress.follow(row.id, self._story.id, cents)
        self._show_phase()
        self.asked.emit(row)

    def _on_edited(self) -> None:
        if self._drafts is not None and self.phase is Phase.EDITING:
            self._drafts.changed()
        self._show_phase()

    def _on_progress(self) -> None:
        self.form.show_progress(self.progress.can_undo)
        self._fit()

    def _on_refused(self, sentence: str) -> None:
        self._back_to_editing(sentence)
        if self._about is not None:
            tasks.start(self._read_again(self._about), "reading the charge again")

    async def _read_again(self, about: _About) -> None:
        """A refusal often means that the charge changed meanwhile: show it as it is now."""
        try:
            message = await read_message(self._desk, about.message.id)
        except BackendFailure as failure:
            self.form.notice.say(failure.sentence, Tone.BAD)
            return
        charge = next((each for each in message.charges if each.id == about.charge.id), None)
        terms = await self._read_terms(about.charge.id)
        if charge is not None and self.phase is Phase.EDITING:
            self._show_again(_About(message, facts.as_termed(charge, terms), terms))

    async def _read_terms(self, charge_id: str) -> RefundTerms | None:
        """What the rule is asked with; None where the service cannot be asked: it decides later."""
        try:
            return await read_terms(self._desk, charge_id)
        except BackendFailure:
            return None

    def _heard(self, change: Announcement) -> None:
        """Any refund may take from what is left, of the charge, for the caller or in the shift."""
        if not isValid(self):
            self._unsubscribe()
        elif change.kind is ChangeKind.REFUND and self.phase is Phase.EDITING:
            self._terms_soon.start()

    def _renew_terms(self) -> None:
        if self._about is not None and self.phase is Phase.EDITING:
            tasks.start(self._read_terms_again(self._about), "reading what is left to refund")

    async def _read_terms_again(self, about: _About) -> None:
        terms = await self._read_terms(about.charge.id)
        if terms is not None and self.phase is Phase.EDITING and self._about is about:
            self._show_again(_About(about.message, facts.as_termed(about.charge, terms), terms))

    def _show_again(self, about: _About) -> None:
        """The same charge as it stands now; what was said and typed stays."""
        said = self.form.notice.text
        self._about = about
        self.form.show_charge(about.message, about.charge, _now())
        self._show_phase()
        if said:
            self.form.notice.say(said, Tone.BAD)

    def _back_to_editing(self, sentence: str) -> None:
        self.phase = Phase.EDITING
        self.asked_row = None
        self._show_phase()
        self.form.notice.say(sentence, Tone.BAD)

    def _on_finished(self) -> None:
        self._unsubscribe()
        self.ruled.emit(None)
        if self._drafts is not None and self.phase is Phase.EDITING:
            self._drafts.flush()
        self.progress.leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing steps back: nothing typed is lost, nothing asked for is undone."""
        self.reject()
        event.accept()

    def _problem(self) -> str | None:
        assert self._about is not None
        ruling = self._ruling()
        if ruling.is_refused:
            return f"{ruling.sentence} Nothing was sent."
        if not self.form.amount.cents:
            return "Type an amount of money, like $3.99. Nothing was sent."
        if self.form.reasons.value is None:
            return "Choose a reason first: keys 1 to 6. Nothing was sent."
        if holds_card_number(self.form.note.toPlainText()):
            return "The note holds what looks like a card number; take it out. Nothing was sent."
        return None

    def _show_phase(self) -> None:
        self._show_fields()
        self._fit()

    def _fit(self) -> None:
        # as high as the words now need, once the labels know their heights; or a longer one would be cut off
        QTimer.singleShot(0, self, self._resize_to_words)

    def _resize_to_words(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def _show_fields(self) -> None:
        self.form.set_editable(self.phase is Phase.EDITING)
        self.form.show_sent(self.phase is Phase.SENT)
        if self._about is None:
            return
        cents, ruling = self.form.amount.cents, self._ruling()
        self.form.amount.mark(bool(cents) and not ruling.is_refused)
        self.form.show_amount(self._about.charge, cents or 0, ruling)
        if self.phase is Phase.EDITING:
            self.form.notice.say(facts.nothing_to_refund(self._about.terms) or "", Tone.BAD)
            self.form.show_what_follows(ruling)
            self.ruled.emit(ruling)

    def _ruling(self) -> Ruling:
        """How the amount that is typed stands."""
        assert self._about is not None
        return facts.ruling(self._about.charge, self._about.terms, self.form.amount.cents or 0)

    def _fields(self) -> Mapping[str, Any]:
        reason = self.form.reasons.value
        return {
            "refund_id": str(self.refund_id),
            "amount": self.form.amount.text(),
            "reason": reason.value if reason is not None else None,
            "note": self.form.note.toPlainText(),
        }

    def _restore(self, kept: Mapping[str, Any]) -> None:
        self.refund_id = _kept_id(kept.get("refund_id")) or self.refund_id
        if kept.get("amount"):
            self.form.amount.setText(kept["amount"])
        elif isinstance(kept.get("amount_cents"), int):
            self.form.amount.show_cents(kept["amount_cents"])
        if kept.get("reason"):
            self.form.reasons.choose(RefundReason(kept["reason"]))
        _set_text(self.form.note, kept.get("note") or "")


def _kept_id(kept: object) -> UUID | None:
    """The id that a draft kept. A refused row's draft holds the request's own fields, and no id where it was
    never ours; drafts of before December 2026 may hold one with digits masked, which was never sent.
    """
    try:
        return UUID(kept) if isinstance(kept, str) else None
    except ValueError:
        return None


def _set_text(field: QPlainTextEdit, text: str) -> None:
    if field.toPlainText() != text:
        field.setPlainText(text)


def _now() -> datetime:
    return datetime.now(UTC)
