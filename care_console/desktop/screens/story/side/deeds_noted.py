"""What was done from the column, put down for the note of the call as it is answered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from care_console.contract.charges import Refund
from care_console.contract.consent import OptOut
from care_console.contract.messages import Preview, PreviewReason, ReissuedLink
from care_console.contract.pauses import Pause
from care_console.contract.statements import ReceiptSent
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.screens.preview.section import PreviewSection
from care_console.desktop.screens.story.side.money import Money
from care_console.desktop.screens.story.side.panels import Panels
from care_console.desktop.screens.wrap_up.deeds import Deed, DeedKind
from care_console.desktop.screens.wrap_up.section import WrapUpSection


class DeedsNoted(QObject):
    """Hears what is done. `has_story`: a number that nobody is known by has no note to put it in."""

    def __init__(
        self,
        note: WrapUpSection,
        money: Money,
        panels: Panels,
        preview: PreviewSection,
        has_story: Callable[[], bool],
    ) -> None:
        super().__init__(note)
        self._note, self._has_story = note, has_story
        money.asked.connect(self._refund)
        money.told.connect(self._refund_told)
        panels.opt_out.done.connect(self._opt_out)
        panels.reissue.done.connect(self._link)
        panels.receipt.done.connect(self._receipt)
        panels.pause.done.connect(self._pause)
        preview.heard.connect(self._preview)

    def _refund(self, row: PendingAction) -> None:
        cents, why = int(row.body["amount_cents"]), str(row.body.get("reason") or "")
        self._note.add(Deed(DeedKind.REFUND, str(row.id), cents=cents, words=why))

    def _refund_told(self, refund: Refund) -> None:
        self._note.move_on(str(refund.id), refund.state.value)

    def _opt_out(self, answer: OptOut) -> None:
        if self._has_story():
            self._note.add(Deed(DeedKind.STOP, answer.id, words=answer.words))

    def _link(self, answer: ReissuedLink) -> None:
        self._note.add(Deed(DeedKind.LINK, answer.id, goes=answer.text.goes))

    def _receipt(self, answer: ReceiptSent) -> None:
        self._note.add(Deed(DeedKind.RECEIPT, f"receipt:{answer.charge_id}", words="Receipt sent by text."))

    def _pause(self, answer: Pause) -> None:
        did = "paused" if answer.ended_at is None else "resumed"
        self._note.add(Deed(DeedKind.PAUSE, f"{did}:{answer.id}", words=f"Number {did}."))

    def _preview(self, preview: Preview, reason: PreviewReason) -> None:
        self._note.add(Deed(DeedKind.PREVIEW, preview.id, words=reason.value))
