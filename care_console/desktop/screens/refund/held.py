"""Refunds that the desk was closed on before they were sent: they go only once their person says so again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from care_console.contract.money import dollars
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.screens.watching import on_its_way
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.parts import Notice, button


class HeldMoney(QWidget):
    """Asks about one refund of the caller at a time. `sent` fires with the row that goes on."""

    sent = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("heldMoney")
        self._desk = desk
        self._recipient_id: str | None = None
        self._row: PendingAction | None = None
        self._notice = Notice("heldMoneyState")
        self.send_button = button("Send it", "heldMoneySend", "primary")
        self.back_button = button("Do not send; keep as a draft", "heldMoneyBack", "quiet")
        self.send_button.clicked.connect(self._send)
        self.back_button.clicked.connect(self._take_back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.TIGHT)
        layout.addWidget(self._notice)
        row = QHBoxLayout()
        row.addWidget(self.send_button)
        row.addWidget(self.back_button)
        row.addStretch()
        layout.addLayout(row)
        self.destroyed.connect(desk.changes.subscribe(self._on_change))
        self.hide()

    def show_for(self, recipient_id: str | None) -> None:
        """The caller in front, or nobody."""
        self._recipient_id = recipient_id
        self._show()

    def _show(self) -> None:
        rows = self._desk.outbox.pending(self._recipient_id) if self._recipient_id is not None else ()
        waiting = (
            row for row in rows if row.verb is Verb.REFUND and row.state is PendingState.NEEDS_CONFIRMATION
        )
        self._row = next(waiting, None)
        self.setVisible(self._row is not None)
        if self._row is not None:
            amount = dollars(int(self._row.body["amount_cents"]))
            text, _tone = on_its_way(self._row)
            self._notice.say(f"Refund of {amount}: {text}", Tone.WARN)
            self.back_button.setVisible(not self._row.maybe_arrived)

    def _send(self) -> None:
        if self._row is not None:
            tasks.start(self._confirm(self._row), "sending the refund")

    async def _confirm(self, row: PendingAction) -> None:
        await self._desk.outbox.confirm(row.id)
        self.sent.emit(row)

    def _take_back(self) -> None:
        if self._row is not None:
            tasks.start(self._desk.outbox.take_back(self._row.id), "making the refund a draft again")

    def _on_change(self, change: Announcement) -> None:
        if change.kind is LocalKind.OUTBOX and self._recipient_id is not None:
            self._show()
