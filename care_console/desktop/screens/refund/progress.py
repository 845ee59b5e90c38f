"""Where a refund stands, in words: the ten seconds to take it back, then what the service says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from care_console.contract.base import Reply
from care_console.contract.charges import Refund, RefundState
from care_console.contract.money import dollars
from care_console.desktop.actions.refunds import withdraw_refund
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, PendingState
from care_console.desktop.screens.watching import Follower, on_its_way
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.parts import Notice, button

_TICK_MS = 200
_CAN_BE_TAKEN_BACK = (RefundState.WAITING, RefundState.AWAITING_APPROVAL)


def in_words(refund: Refund, now: datetime) -> tuple[str, Tone]:
    """Where a refund stands: a sentence and its tone. Only `succeeded` is called done."""
    amount = dollars(refund.amount_cents)
    match refund.state:
        case RefundState.AWAITING_APPROVAL:
            return f"{amount} waits for another person's approval. Nothing was sent.", Tone.WARN
        case RefundState.WAITING:
            return _countdown(refund, now), Tone.ACCENT
        case RefundState.WITHDRAWN:
            if refund.failure:
                return f"{amount}: {refund.failure}", Tone.WARN
            return f"{amount} was taken back in time. No money moved.", Tone.GOOD
        case RefundState.SUBMITTED | RefundState.PENDING:
            return f"{amount} is sent, waiting for the bank.", Tone.ACCENT
        case RefundState.UNKNOWN:
            return (
                f"{amount}: no answer from the card processor. It may have gone; it is being read.",
                Tone.WARN,
            )
        case RefundState.SUCCEEDED:
            return f"{amount} is refunded. Done.", Tone.GOOD
        case RefundState.FAILED:
            return (
                f"{amount} did not go through: {refund.failure or 'the bank refused it'}. The charge stands.",
                Tone.BAD,
            )
        case RefundState.DECLINED:
            return f"{amount} was declined{_by_whom(refund)}. No money moved.", Tone.BAD
        case _:
            assert_never(refund.state)


def seconds_left(refund: Refund, now: datetime) -> int:
    """Whole seconds in which it can still be taken back."""
    if refund.state is not RefundState.WAITING or refund.sends_at is None:
        return 0
    return max(0, -int((now - refund.sends_at).total_seconds() // 1))


def _countdown(refund: Refund, now: datetime) -> str:
    left, amount = seconds_left(refund, now), dollars(refund.amount_cents)
    approved = f" Approved{_by_whom(refund)}." if refund.approval is not None else ""
    return f"{amount} sends in {left} s.{approved}" if left else f"{amount} is being sent.{approved}"


def _by_whom(refund: Refund) -> str:
    """Who decided, and what they wrote."""
    if refund.approval is None or refund.approval.decided_by is None:
        return ""
    wrote = f": “{refund.approval.note}”" if refund.approval.note else ""
    return f" by {refund.approval.decided_by}{wrote}"


class RefundProgress(QWidget):
    """Follows one refund. `refused` fires with the service's sentence when it said no."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, desk: Desk, name: str, parent: QWidget | None = None) -> None:
        """`name` begins the object names of its parts: ``refund`` gives ``refundState``, ``refundUndo``."""
        super().__init__(parent)
        self.setObjectName(f"{name}Progress")
        self._desk = desk
        self._refund_id: UUID | None = None
        self._recipient_id = ""
        self._amount_cents = 0
        self._follower: Follower | None = None
        self._withdrawal: Follower | None = None
        self._taking_back = False
        self._row: PendingAction | None = None
        self._refund: Refund | None = None
        self._notice = Notice(f"{name}State")
        self.undo_button = button(f"Undo  {keys.shown('undo')}", f"{name}Undo", "danger")
        self.undo_button.clicked.connect(self.undo)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.TIGHT)
        layout.addWidget(self._notice)
        row = QHBoxLayout()
        row.addWidget(self.undo_button)
        row.addStretch()
        layout.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._show)
        self.hide()

    @property
    def refund(self) -> Refund | None:
        """The refund as the service said it last."""
        return self._refund

    @property
    def refund_id(self) -> UUID | None:
        """Which refund is followed."""
        return self._refund_id

    @property
    def can_undo(self) -> bool:
        """Whether it can still be taken back, as far as this desk knows."""
        if self._refund_id is None or self._taking_back:
            return False
        if self._refund is None:
            return self._row is not None and self._row.state is not PendingState.REFUSED
        if self._refund.state is RefundState.AWAITING_APPROVAL:
            return True
        return self._refund.state is RefundState.WAITING and seconds_left(self._refund, _now()) > 0

    def follow(self, refund_id: UUID, recipient_id: str, amount_cents: int) -> None:
        """Follow a refund that was just asked for."""
        self.leave()
        self._refund_id, self._recipient_id, self._amount_cents = refund_id, recipient_id, amount_cents
        self._follower = Follower(self._desk, refund_id, self._told, self)
        self.show()
        self._timer.start()
        self._follower.tell()

    def leave(self) -> None:
        """Follow nothing."""
        for follower in (self._follower, self._withdrawal):
            if follower is not None:
                follower.stop()
                follower.deleteLater()
        self._follower = self._withdrawal = None
        self._refund_id = self._row = self._refund = None
        self._taking_back = False
        self._timer.stop()
        self.hide()

    def undo(self) -> None:
        """Take it back, while it can be."""
        if self.can_undo:
            self._taking_back = True
            self._show()
            tasks.start(self._withdraw(), "taking the refund back")

    async def _withdraw(self) -> None:
        if self._refund_id is None:
            return
        try:
            row = await withdraw_refund(self._desk, self._refund_id, self._recipient_id)
        except AlreadyOnItsWay as already:
            row = already.pending
        self._withdrawal = Follower(self._desk, row.id, self._told_of_withdrawal, self)
        self._withdrawal.tell()
        if self._follower is not None:
            self._follower.tell()

    def _told(self, row: PendingAction | None, answer: Reply | None) -> None:
        self._row = row
        self._refund = answer if isinstance(answer, Refund) else self._refund
        if row is not None and row.state is PendingState.REFUSED:
            problem = row.problem or "It was refused. No money moved."
            self.leave()
            self.refused.emit(problem)
            return
        self._show()

    def _told_of_withdrawal(self, row: PendingAction | None, answer: Reply | None) -> None:
        if isinstance(answer, Refund):
            self._refund = answer
            self._taking_back = False
        elif row is not None and row.state is PendingState.REFUSED:
            self._taking_back = False
            self._notice.say(row.problem or "Too late to take it back.", Tone.WARN)
            self.changed.emit()
            return
        self._show()

    def _show(self) -> None:
        text, tone = self._sentence()
        self._notice.say(text, tone)
        self.undo_button.setVisible(self.can_undo)
        if self._refund is not None and self._refund.state is not RefundState.WAITING:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()  # approved: its seconds begin now
        self.changed.emit()

    def _sentence(self) -> tuple[str, Tone]:
        amount = dollars(self._amount_cents)
        if self._taking_back and (self._refund is None or self._refund.state in _CAN_BE_TAKEN_BACK):
            gone = self._row is None and self._refund is None
            if gone:
                return f"{amount} was taken back before it left this desk. No money moved.", Tone.GOOD
            return f"Taking {amount} back ...", Tone.WARN
        if self._refund is not None:
            return in_words(self._refund, _now())
        if self._row is not None:
            text, tone = on_its_way(self._row)
            return f"{amount}: {text}", tone
        return f"{amount}: on its way to the service.", Tone.ACCENT


def _now() -> datetime:
    return datetime.now(UTC)
