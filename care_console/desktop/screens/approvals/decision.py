"""The decision, at the right: approve or decline with a note, by keys; one's own can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from care_console.contract.approvals import Approval, Decision, why_not_decide
from care_console.contract.card_numbers import holds_card_number
from care_console.contract.roles import Role
from care_console.desktop.actions.approvals import decide, take_back
from care_console.desktop.backend.failures import BackendFailure, Refused
from care_console.desktop.desk import Desk
from care_console.desktop.screens.approvals import facts
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.parts import Notice, button
from care_console.desktop.widgets.section import Section

_CHOICES = ((Decision.APPROVE, "Approve"), (Decision.DECLINE, "Decline"))
_NOTE_HEIGHT = 96


class DecisionColumn(QWidget):
    """Decides one request. `decided` fires with it once the service said so, `overtaken` with its id where
    somebody else was first, `left` on stepping back to the list."""

    decided = Signal(object)
    overtaken = Signal(str)
    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decision")
        self.setAccessibleName("The decision")
        self._desk = desk
        self._approval: Approval | None = None
        self._busy = False
        self._notes: dict[str, str] = {}
        self.section = Section("decisionSection", "Decide")
        self.state = Notice("decisionState")
        self.choices: Choices[Decision] = Choices("Decision", _CHOICES)
        self.choices.setObjectName("decisionChoices")
        self.note = QPlainTextEdit()
        self.note.setObjectName("decisionNote")
        self.note.setAccessibleName("Note for whoever asked")
        self.note.setPlaceholderText("Note for whoever asked (optional)")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(_NOTE_HEIGHT)
        self.commit_button = button("", "decisionCommit", "primary")
        self.back_button = button(f"Take it back  {keys.shown('undo')}", "decisionTakeBack", "danger")
        self._lay_out()
        self.choices.chosen.connect(self._show)
        self.commit_button.clicked.connect(lambda: keys.press("commit"))
        self.back_button.clicked.connect(self.take_back)
        self._commit = keys.bind(self, "commit", self.commit)
        self._undo = keys.bind(self, "undo", self.take_back)
        self.show_approval(None)

    @property
    def approval(self) -> Approval | None:
        """The request that is shown."""
        return self._approval

    def show_approval(self, approval: Approval | None) -> None:
        """Another request, or the same one as it stands now: then what is half written stays."""
        before = self._approval
        is_other = before is None or approval is None or before.id != approval.id
        if is_other and before is not None:
            self._notes[before.id] = self.note.toPlainText()
        self._approval = approval
        if is_other:
            self._busy = False
            self.choices.choose(None)
            self.note.setPlainText(self._notes.get(approval.id, "") if approval else "")
            self.state.say("")
        self._show()

    def begin(self) -> None:
        """Put the focus where deciding begins."""
        if self.choices.isVisible():
            self.choices.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.back_button.isVisible():
            self.back_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def step_back(self) -> bool:
        """Back to the list; what is half written stays."""
        self.left.emit()
        return True

    def commit(self) -> None:
        """Send the decision, if one is chosen."""
        approval, decision = self._approval, self.choices.value
        if approval is None or self._busy or not self._may_decide(approval):
            return
        if decision is None:
            self.state.say("Choose first: 1 approves, 2 declines. Nothing was sent.", Tone.WARN)
        elif decision is Decision.APPROVE and approval.why_not_approve is not None:
            self.state.say(f"It can only be declined. {approval.why_not_approve}", Tone.BAD)
        elif holds_card_number(self.note.toPlainText()):
            self.state.say("The note holds what looks like a card number. Nothing was sent.", Tone.BAD)
        else:
            self._send(approval, decision)

    def take_back(self) -> None:
        """Take back what this person asked for."""
        approval = self._approval
        if approval is None or self._busy or not self._is_own(approval) or not approval.is_open:
            return
        self._become_busy("Taking it back ...")
        tasks.start(self._take_back(approval), "taking the request back")

    def _send(self, approval: Approval, decision: Decision) -> None:
        self._become_busy("On its way to the service.")
        tasks.start(self._decide(approval, decision, self.note.toPlainText()), "deciding")

    async def _decide(self, approval: Approval, decision: Decision, note: str) -> None:
        try:
            answer = await decide(self._desk, approval.id, decision, note)
        except (BackendFailure, ValidationError) as failure:
            self._failed(approval, failure)
        else:
            self._answered(answer)

    async def _take_back(self, approval: Approval) -> None:
        try:
            answer = await take_back(self._desk, approval.id)
        except BackendFailure as failure:
            self._failed(approval, failure)
        else:
            self._answered(answer)

    def _answered(self, answer: Approval) -> None:
        self._notes.pop(answer.id, None)
        if self._approval is not None and self._approval.id == answer.id:
            self._busy = False
            self.show_approval(answer)
        self.decided.emit(answer)

    def _failed(self, approval: Approval, failure: BackendFailure | ValidationError) -> None:
        sentence = (
            failure.sentence if isinstance(failure, BackendFailure) else str(failure.errors()[0]["msg"])
        )
        if self._approval is not None and self._approval.id == approval.id:
            self._busy = False
            self._show()
            self.begin()
            self.state.say(sentence, Tone.BAD)
        if isinstance(failure, Refused):
            self.overtaken.emit(approval.id)

    def _become_busy(self, sentence: str) -> None:
        self._busy = True
        self._show()
        self.state.say(sentence, Tone.ACCENT)

    def _is_own(self, approval: Approval) -> bool:
        staff = self._desk.session.staff
        return staff is not None and staff.login == approval.requested_by

    def _may_decide(self, approval: Approval) -> bool:
        return approval.is_open and self._why_not(approval) is None

    def _why_not(self, approval: Approval) -> str | None:
        staff = self._desk.session.staff
        login, role = (staff.login, staff.role) if staff is not None else ("", Role.ADMINISTRATOR)
        return why_not_decide(approval.requested_by, login, role)

    def _show(self) -> None:
        approval = self._approval
        self.section.setVisible(approval is not None)
        if approval is None:
            return
        may, own = self._may_decide(approval), self._is_own(approval) and approval.is_open
        for part in (self.choices, self.note, self.commit_button):
            part.setVisible(may)
            part.setEnabled(not self._busy)
        self.back_button.setVisible(own)
        self.back_button.setEnabled(not self._busy)
        self._commit.setEnabled(may)
        self._undo.setEnabled(own)
        self.section.caption.setText("Decide" if may else "The decision")
        verb = {Decision.APPROVE: "Approve", Decision.DECLINE: "Decline", None: "Decide"}[self.choices.value]
        self.commit_button.setText(f"{verb}  {keys.shown('commit')}")
        self.commit_button.setAccessibleName(verb)
        self._say_standing(approval, own)

    def _say_standing(self, approval: Approval, own: bool) -> None:
        ended = facts.outcome(approval)
        if ended is not None:
            self.state.say(*ended)
        elif self._busy:
            return
        elif own:
            since = facts.asked(approval, datetime.now(UTC)).split(", ", 1)[1]
            self.state.say(f"You asked {since}. It waits for another person; nothing is sent.", Tone.ACCENT)
        elif approval.why_not_approve is not None:
            self.state.say(f"It can only be declined. {approval.why_not_approve}", Tone.WARN)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        column.setSpacing(Space.MEDIUM)
        for part in (self.choices, self.note, self.state):
            self.section.body.addWidget(part)
        buttons = QHBoxLayout()
        buttons.addWidget(self.back_button)
        buttons.addStretch()
        buttons.addWidget(self.commit_button)
        self.section.body.addLayout(buttons)
        column.addWidget(self.section)
        column.addStretch(1)
