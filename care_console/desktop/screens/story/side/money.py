"""Money from the column: the review, opened on the charge that is meant, and what becomes of its refund."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from care_console.contract.recipients import RecipientStory
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.queries.messages import read_message
from care_console.desktop.screens.refund import facts
from care_console.desktop.screens.refund.held import HeldMoney
from care_console.desktop.screens.refund.progress import RefundProgress
from care_console.desktop.screens.refund.review import RefundReview
from care_console.desktop.screens.story.side.at_hand import MessageAtHand
from care_console.desktop.screens.story.side.sections import DoSection
from care_console.desktop.screens.story.side.way_back import WayBack
from care_console.desktop.shell import tasks


class Money(QObject):
    """Reviews one refund at a time. `asked`: its outbox row; `told`: each answer about one; `ruled`: how the
    typed amount stands; `reviewing`: the review opened or closed."""

    asked = Signal(object)
    told = Signal(object)
    ruled = Signal(object)
    reviewing = Signal()

    def __init__(
        self, desk: Desk, do: DoSection, at_hand: MessageAtHand, way_back: WayBack, column: QWidget
    ) -> None:
        super().__init__(column)
        self._desk = desk
        self._column = column
        self._at_hand = at_hand
        self._way_back = way_back
        self._story_id: str | None = None
        self.review: RefundReview | None = None
        self.progress = RefundProgress(desk, "sideRefund")
        self.held = HeldMoney(desk)
        self.held.sent.connect(self._follow)
        self.progress.changed.connect(self._tell)
        for part in (self.held, self.progress):
            do.place.addWidget(part)
            part.hide()

    def show_for(self, recipient_id: str | None) -> None:
        """The caller in front, or nobody."""
        self._story_id = recipient_id
        self.held.show_for(recipient_id)

    def leave(self) -> None:
        """Another caller: follow no refund of the one before."""
        self.progress.leave()
        self.show_for(None)

    def open_review(self, story: RecipientStory, message_id: str) -> None:
        """Review a refund of the selected charge of a message, or of the one most likely meant."""
        review = RefundReview(self._desk, story, self._column.window())
        self.review = review
        self._way_back.remember(even_inside=True)
        review.asked.connect(self.asked)
        review.progress.changed.connect(partial(self._tell_of, review))
        review.ruled.connect(self.ruled)
        review.finished.connect(self._closed)
        review.open()
        self.reviewing.emit()
        tasks.start(self._fill(review, message_id), "reading the charge")

    def _tell_of(self, review: RefundReview) -> None:
        if review.progress.refund is not None:
            self.told.emit(review.progress.refund)

    def _tell(self) -> None:
        if self.progress.refund is not None:
            self.told.emit(self.progress.refund)

    async def _fill(self, review: RefundReview, message_id: str) -> None:
        selected = self._at_hand.charge_id
        try:
            message = await read_message(self._desk, message_id)
        except BackendFailure as failure:
            review.cannot_show(failure.sentence)
            return
        charge = facts.likely_charge(message, selected)
        if charge is None:
            review.cannot_show("Nothing was charged for this message, so there is nothing to refund.")
        else:
            await review.show_charge(message, charge, facts.likely_reason(message))

    def _closed(self) -> None:
        review, self.review = self.review, None
        if review is None:
            return
        self.reviewing.emit()
        self._column.window().activateWindow()
        self._way_back.go()
        if review.asked_row is not None:
            self._follow(review.asked_row)
        review.deleteLater()

    def _follow(self, row: PendingAction) -> None:
        if self._story_id is None or row.recipient_id != self._story_id:
            return
        self.progress.follow(row.id, self._story_id, int(row.body["amount_cents"]))
        if self.progress.can_undo:
            self.progress.undo_button.setFocus(Qt.FocusReason.OtherFocusReason)
