"""Asks that a mistyped opt-out be corrected, or a held reply let go: why, and then that it waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from care_console.contract.approvals import Approval
from care_console.contract.base import Reply
from care_console.contract.card_numbers import holds_card_number
from care_console.desktop.actions.corrections import ask_correction
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, Verb
from care_console.desktop.screens.correction.mistake import Mistake
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.parts import words

_PROMISE = "Another person decides. Until then texts stay off; nobody at the desk opts a number in."
_NOTE_HEIGHT = 72


class CorrectionPanel(ActionPanel):
    """One field: why it was a mistake."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "correctionPanel", "Ask for it", parent)
        self._opt_out_id = ""
        self._recipient_id: str | None = None
        self.on_file = words("", "soft", "correctionOnFile")
        self.reason = QPlainTextEdit()
        self.reason.setObjectName("correctionReason")
        self.reason.setAccessibleName("Why it was a mistake")
        self.reason.setPlaceholderText("Why it was a mistake")
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(_NOTE_HEIGHT)
        self.promise = words(_PROMISE, "hint")
        for part in (self.on_file, self.reason, self.promise):
            self.body.addWidget(part)
        self.reason.textChanged.connect(self._on_edited)

    def show_for(self, recipient_id: str | None, mistake: Mistake) -> None:
        """Open on an opt-out or a held reply; `recipient_id`: who is known by its number, if anybody."""
        self.unfollow()
        if self.drafts is not None:
            self.drafts.flush()
            self.drafts.deleteLater()
        self._recipient_id, self._opt_out_id = recipient_id, mistake.opt_out_id
        is_held = mistake.is_held
        self.heading.setText("Let a held reply go" if is_held else "Correct a mistyped opt-out")
        self.reason.setPlaceholderText("Why it is no refusal" if is_held else "Why it was a mistake")
        self.on_file.setText(f"On file, by {mistake.actor}: “{mistake.words}”")
        self.state.say("")
        self.drafts = None
        self.reason.clear()
        self.drafts = DraftKeeper(self.desk, Verb.CORRECT, mistake.opt_out_id, self._fields, self)
        self.set_editing(True)
        self.reason.setFocus()
        tasks.start(self._restore(self.drafts), "restoring what was typed")

    def commit(self) -> None:
        """Ask for it."""
        if not self.editing:
            return
        text = self.reason.toPlainText().strip()
        if not text:
            why = self.reason.placeholderText().lower()
            self.refuse(f"Say {why}: whoever decides reads it. Nothing was sent.")
            self.reason.setFocus()
        elif holds_card_number(text):
            self.refuse("The reason holds what looks like a card number; take it out. Nothing was sent.")
        else:
            self.set_editing(False)
            if self.drafts is not None:
                self.drafts.leave()
            tasks.start(self._ask(text), "asking for the correction")

    async def _ask(self, text: str) -> None:
        try:
            row = await ask_correction(
                self.desk, opt_out_id=self._opt_out_id, reason=text, recipient_id=self._recipient_id
            )
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self.refuse(failure.sentence)
        except ValidationError as failure:
            self.refuse(failure.errors()[0]["msg"])
        else:
            self.follow(row)

    def answered(self, answer: Reply) -> None:
        """Say that it waits for somebody else."""
        if isinstance(answer, Approval):
            self.state.say(
                "Asked for. It waits for another person's decision; texts stay off until then.", Tone.ACCENT
            )

    def set_editing(self, editing: bool) -> None:
        """What was sent can be read and not changed."""
        super().set_editing(editing)
        self.reason.setReadOnly(not editing)
        self.promise.setVisible(editing)

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
