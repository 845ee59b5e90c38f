"""What the money review looks like: its facts, its fields, its buttons. Decides nothing."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from care_console.contract.charges import Charge, RefundReason
from care_console.contract.limits import Ruling, Standing
from care_console.contract.messages import Message
from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.contract.recipients import RecipientStory
from care_console.desktop.screens.refund import facts
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.money import MoneyField
from care_console.desktop.widgets.parts import Notice, button, set_tone, words

_WIDTH = 560
_NOTE_HEIGHT = 56


class RefundForm(QWidget):
    """The inside of the review. `edited` fires for each change of a field."""

    edited = Signal()

    def __init__(self, story: RecipientStory, progress: QWidget, dialog: QWidget) -> None:
        super().__init__(dialog)
        self.amount = MoneyField()
        self.amount.setObjectName("refundAmount")
        self.amount.setAccessibleName("Amount to refund")
        self.amount.setMaximumWidth(110)
        self.reasons: Choices[RefundReason] = Choices("Reason", facts.REASONS)
        self.reasons.setObjectName("refundReasons")
        self.note = QPlainTextEdit()
        self.note.setObjectName("refundNote")
        self.note.setAccessibleName("Note")
        self.note.setPlaceholderText("Note (optional)")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(_NOTE_HEIGHT)
        self.notice = Notice("refundNotice")
        self.send_button = button("", "refundSend", "primary")
        self.back_button = button(f"Back  {keys.shown('back')}", "refundBack", "quiet")
        self._progress = progress
        self._facts: dict[str, QLabel] = {}
        self._captions_of_fields: list[QLabel] = []
        self._title = words("Refund", "title", "refundTitle")
        self._lay_out(dialog)
        who = story.name or "No name on this number"
        self._facts["who"].setText(f"{who}, {display_phone(story.phone)}")
        for signal in (self.amount.cents_changed, self.reasons.chosen, self.note.textChanged):
            signal.connect(self.edited)

    def show_charge(self, message: Message, charge: Charge, now: datetime) -> None:
        """The facts that do not change while the review is open."""
        self._facts["message"].setText(facts.what_it_was_for(message, charge, now))
        self._facts["card"].setText(f"{facts.card(charge)}, {dollars(charge.amount_cents)}")
        self._facts["before"].setText(facts.refunded_before(charge))

    def show_amount(self, charge: Charge, cents: int, ruling: Ruling) -> None:
        """What follows from the amount."""
        self._title.setText(f"Refund {dollars(cents)}" if cents else "Refund")
        self._facts["allowed"].setText(ruling.sentence)
        set_tone(self._facts["allowed"], Tone.GOOD if ruling.standing is Standing.GOES else Tone.WARN)
        can_go = cents and not ruling.is_refused
        self._facts["sees"].setText(facts.what_the_caller_sees(charge, cents) if can_go else "—")
        verb = "Ask approval for" if ruling.needs_approval else "Refund"
        self.send_button.setText(f"{verb} {dollars(cents)}  {keys.shown('commit')}")
        self.send_button.setAccessibleName(f"{verb} {dollars(cents)}")
        self.send_button.setEnabled(not ruling.is_refused and self.amount.isEnabled())

    def set_editable(self, editable: bool) -> None:
        """Whether the fields take anything."""
        for field in (self.amount, self.reasons, self.note, self.send_button):
            field.setEnabled(editable)

    def show_sent(self, sent: bool) -> None:
        """After the commit there is only the undo, and the way back."""
        self.send_button.setVisible(not sent)
        for field in (self.reasons, self.note, *self._captions_of_fields):
            field.setVisible(not sent)
        self.back_button.setText(f"{'Close' if sent else 'Back'}  {keys.shown('back')}")
        if sent:
            self.notice.say("")
            self._progress.setFocus()

    def show_what_follows(self, ruling: Ruling) -> None:
        """What the commit sets off."""
        self._hint.setText(_ASK_HINT if ruling.needs_approval else _SEND_HINT)

    def show_progress(self, can_undo: bool) -> None:
        """Say what is still possible."""
        self._hint.setText(_undo_hint() if can_undo else "")

    def _lay_out(self, dialog: QWidget) -> None:
        outer = QVBoxLayout(dialog)
        outer.setContentsMargins(Space.WIDE, Space.LARGE, Space.WIDE, Space.LARGE)
        outer.addWidget(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.MEDIUM)
        layout.addWidget(self._title)
        layout.addWidget(self._card())
        layout.addWidget(self.notice)
        layout.addWidget(self._progress)
        self._hint = words(_SEND_HINT, "hint", "refundHint")
        layout.addWidget(self._hint)
        buttons = QHBoxLayout()
        buttons.addWidget(self.back_button)
        buttons.addStretch()
        buttons.addWidget(self.send_button)
        layout.addLayout(buttons)
        dialog.setMinimumWidth(_WIDTH)

    def _card(self) -> QFrame:
        card = QFrame()
        card.setProperty("card", True)
        grid = QGridLayout(card)
        grid.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(1, 1)
        fields: tuple[tuple[str, str, QWidget | None], ...] = (
            ("who", "Who", None),
            ("message", "Message", None),
            ("card", "Paid by", None),
            ("before", "So far", None),
            ("amount", "Amount", self.amount),
            ("reason", "Reason", self.reasons),
            ("note", "Note", self.note),
            ("allowed", "Allowed", None),
            ("sees", "They see", None),
        )
        for row, (name, label, field) in enumerate(fields):
            caption = words(label, "faint")
            caption.setContentsMargins(0, Space.HAIR if field is None else Space.TIGHT, 0, 0)
            grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            if field in (self.reasons, self.note):
                self._captions_of_fields.append(caption)
            if field is None:
                field = self._facts[name] = words("...", name=f"refund_{name}")
                field.setAlignment(Qt.AlignmentFlag.AlignTop)
            if field is self.amount:
                # aligned, or its greatest width becomes the column's
                grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addWidget(field, row, 1)
        return card


_SEND_HINT = "After this it waits 10 seconds and can be taken back in that time."
_ASK_HINT = (
    "After this somebody else decides, while the caller holds; it can be taken back until then. Nothing is "
    "sent before that."
)


def _undo_hint() -> str:
    return f"Closing this window stops nothing; {keys.shown('undo')} here takes the refund back."
