"""The right-hand column, for the caller in front: reason, checks, say, do, preview, note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from care_console.contract.consent import OptOut
from care_console.contract.messages import ReissuedLink
from care_console.contract.money import dollars
from care_console.contract.recipients import Act
from care_console.contract.timeline import TimelineEntry
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.queries.messages import read_message
from care_console.desktop.queries.story import StoryView
from care_console.desktop.screens.opt_out.panel import OptOutPanel
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.screens.preview.section import PreviewSection
from care_console.desktop.screens.refund import facts
from care_console.desktop.screens.refund.held import HeldMoney
from care_console.desktop.screens.refund.progress import RefundProgress
from care_console.desktop.screens.refund.review import RefundReview
from care_console.desktop.screens.reissue.panel import ReissuePanel
from care_console.desktop.screens.story.side import checks
from care_console.desktop.screens.story.side.at_hand import MessageAtHand
from care_console.desktop.screens.story.side.note import NoteSection
from care_console.desktop.screens.story.side.reasons import LABELS, CallReason, reissue_reason
from care_console.desktop.screens.story.side.sections import ChecksSection, DoSection, SaySection
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.section import Section


@dataclass(slots=True)
class _Left:
    """Where one caller was left."""

    reason: CallReason | None = None
    panel: str = ""


class SideColumn(QWidget):
    """Shows what is known about the caller's trouble, and does what can be done about it."""

    acted = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAccessibleName("What to do")
        self._desk = desk
        self._view: StoryView | None = None
        self._left: dict[str, _Left] = {}
        self._review: RefundReview | None = None
        self._came_from: QWidget | None = None
        self._when_read: Callable[[], None] | None = None
        self.at_hand = MessageAtHand(desk, self)
        self._make_sections()
        self._connect()
        self.setEnabled(False)

    # what the window asks

    def show_story(self, view: StoryView) -> None:
        """Show a caller, or the same caller read again: then nothing half-filled moves."""
        is_other = self._view is None or self._view.story.id != view.story.id
        if is_other:
            self._leave()
        self._view = view
        self.setEnabled(True)
        self.do.show_may(view.story.may)
        self.do.show_buttons(self._open_panel_now() is None)
        self.at_hand.show_story(view.story.id, view.story.open_messages)
        self.held.show_for(view.story.id)
        if is_other:
            self._enter(view)

    def select_entry(self, entry: TimelineEntry | None) -> None:
        """The timeline's selected row: its message is the one at hand."""
        self._when_read = None
        self.at_hand.select(entry)

    def refund(self) -> None:
        """F7: review a refund of the selected charge, or of the one most likely meant."""
        if not self._may(Act.REFUND) or self._view is None or self._review is not None:
            return
        if self.at_hand.id is None:
            self._tell("Nothing was charged that could be refunded here.")
            return
        self.do.state.say("")
        review = RefundReview(self._desk, self._view.story, self.window())
        self._review = review
        self._came_from = QApplication.focusWidget()
        review.asked.connect(self._on_refund_asked)
        review.finished.connect(self._on_review_closed)
        review.open()
        tasks.start(self._fill_review(review, self.at_hand.id), "reading the charge")

    def reissue(self) -> None:
        """F8: make a new link for the message at hand."""
        if not self._may(Act.REISSUE) or self._view is None:
            return
        story, message = self._view.story, self.at_hand.summary
        if message is None and self.at_hand.id is not None:
            # Keys are quicker than the service: what was pressed is done as soon as the message is known.
            self._when_read = self.reissue
            self.at_hand.read_now()
            return
        if message is None:
            self._tell("There is no message to make a link for; select one in the timeline.")
            return
        reason = reissue_reason(self.reasons.value)
        show = partial(self.reissue_panel.show_for, story.id, message, story.consent, reason)
        self._open_panel(self.reissue_panel, show)

    def stop_texts(self) -> None:
        """F9: stop texts to the caller's number."""
        if not self._may(Act.OPT_OUT) or self._view is None:
            return
        story = self._view.story
        show = partial(self.opt_out_panel.show_for, story.phone, story.id, story.consent)
        self._open_panel(self.opt_out_panel, show)

    def stop_texts_for(self, phone: str) -> None:
        """Stop texts to a number (E.164) that nobody is known by, with no story open."""
        self._leave()
        self._view = None
        self.at_hand.show_story(None, ())
        self.do.show_may(())
        self.setEnabled(True)
        self.show()
        self._open_panel(self.opt_out_panel, partial(self.opt_out_panel.show_for_phone, phone))

    def preview(self) -> None:
        """F4: hear the message at hand, reason first."""
        if self._may(Act.PREVIEW):
            self.preview_section.show()
            self.preview_section.ask_reason()
            self._bring_into_view(self.preview_section)

    def step_back(self) -> bool:
        """Close what is open here; False where nothing is."""
        panel = self._open_panel_now()
        return panel.step_back() if panel is not None else self.preview_section.step_back()

    @property
    def review(self) -> RefundReview | None:
        """The money review that is open, if it is."""
        return self._review

    # putting together

    def _make_sections(self) -> None:
        caption = f"What do they need?  {keys.shown('reason.1')} to {keys.shown('reason.7')[-1]}"
        self.reason_section = Section("sideReason", caption)
        self.reasons: Choices[CallReason] = Choices("What they need", LABELS)
        self.reasons.setObjectName("callReasons")
        self.reason_section.body.addWidget(self.reasons)
        self.checks = ChecksSection()
        self.say = SaySection()
        self.do = DoSection()
        self.opt_out_panel = OptOutPanel(self._desk)
        self.reissue_panel = ReissuePanel(self._desk)
        self.progress = RefundProgress(self._desk, "sideRefund")
        self.held = HeldMoney(self._desk)
        for part in (self.held, self.progress, self.opt_out_panel, self.reissue_panel):
            self.do.place.addWidget(part)
            part.hide()
        self.preview_section = PreviewSection(self._desk)
        self.note = NoteSection(self._desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        layout.setSpacing(Space.MEDIUM)
        sections = (self.reason_section, self.checks, self.say, self.do, self.preview_section, self.note)
        for section in sections:
            layout.addWidget(section)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.at_hand.changed.connect(self._show_message)
        self.at_hand.failed.connect(self._tell)
        self.reasons.chosen.connect(self._on_reason)
        for number, (reason, _label) in enumerate(LABELS, start=1):
            keys.bind(self, f"reason.{number}", partial(self._press_reason, reason))
        keys.bind(self, "undo", self.progress.undo)
        self.do.buttons[Act.REFUND].clicked.connect(self.refund)
        self.do.buttons[Act.REISSUE].clicked.connect(self.reissue)
        self.do.buttons[Act.OPT_OUT].clicked.connect(self.stop_texts)
        for panel in (self.opt_out_panel, self.reissue_panel):
            panel.asked.connect(self.acted)
            panel.closed.connect(self._close_panels)
        self.note.asked.connect(self.acted)
        self.held.sent.connect(self._follow)
        self.destroyed.connect(self._desk.changes.subscribe(self._on_change))
        self.opt_out_panel.done.connect(self._note_opt_out)
        self.reissue_panel.done.connect(self._note_link)

    # the caller

    def _enter(self, view: StoryView) -> None:
        left = self._left.setdefault(view.story.id, _Left())
        self.reasons.choose(left.reason)
        self.at_hand.set_reason(left.reason)
        self.note.enter(view.story.id)
        if left.panel == self.opt_out_panel.objectName():
            self.stop_texts()
        elif left.panel == self.reissue_panel.objectName():
            self.reissue()

    def _leave(self) -> None:
        panel = self._open_panel_now()
        if self._view is not None:
            left = self._left.setdefault(self._view.story.id, _Left())
            left.reason = self.reasons.value
            left.panel = panel.objectName() if panel is not None and panel.editing else ""
        self._came_from = self._when_read = None
        if panel is not None:
            panel.step_back()
        self.reasons.choose(None)
        self.at_hand.set_reason(None)
        self.note.leave()
        self.progress.leave()
        self.held.show_for(None)
        self.do.state.say("")

    def _press_reason(self, reason: CallReason) -> None:
        self.reasons.choose(reason)
        self._on_reason(reason)

    def _on_reason(self, reason: CallReason) -> None:
        self.at_hand.set_reason(reason)

    def _show_message(self) -> None:
        message, summary = self.at_hand.message, self.at_hand.summary
        if message is not None:
            self.checks.show_checks(checks.of_message(message, datetime.now(UTC)))
        else:
            self.checks.show_checks([checks.verdict(summary.diagnosis)] if summary else [])
        language = self._view.story.language if self._view is not None else "en"
        diagnosis = message.diagnosis if message else summary.diagnosis if summary else None
        self.say.show_sentence(diagnosis.say if diagnosis else None, language)
        for section in (self.checks, self.say, self.preview_section):
            section.setVisible(summary is not None)
        self.preview_section.show_message(summary)
        if message is not None:
            self.preview_section.show_levels(message.levels)
        if summary is not None and self._when_read is not None:
            wanted, self._when_read = self._when_read, None
            wanted()

    # doing

    def _may(self, act: Act) -> bool:
        if self._view is None:
            return False
        found = next((each for each in self._view.story.may if each.act is act), None)
        if found is not None and found.allowed:
            return True
        self._tell((found.why_not if found else None) or "Your role cannot do this.")
        return False

    def _tell(self, sentence: str) -> None:
        self.do.state.say(sentence, Tone.WARN)
        self._bring_into_view(self.do)

    def _open_panel(self, panel: ActionPanel, show: Callable[[], None]) -> None:
        came_from = QApplication.focusWidget()
        other = self._open_panel_now()
        if other is not None and other is not panel:
            other.step_back()
        if came_from is None or not self.isAncestorOf(came_from):
            self._came_from = came_from
        self.do.state.say("")
        self.do.show_buttons(False)
        panel.show()
        show()
        QTimer.singleShot(0, panel, lambda: self._bring_into_view(panel))

    def _open_panel_now(self) -> ActionPanel | None:
        return next((p for p in (self.opt_out_panel, self.reissue_panel) if not p.isHidden()), None)

    def _close_panels(self) -> None:
        self.opt_out_panel.hide()
        self.reissue_panel.hide()
        self.do.show_buttons(True)
        self._go_back()

    def _go_back(self) -> None:
        came_from, self._came_from = self._came_from, None
        if came_from is not None and isValid(came_from) and came_from.isVisible():
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)

    def _bring_into_view(self, part: QWidget) -> None:
        at = self.parentWidget()
        while at is not None and not isinstance(at, QScrollArea):
            at = at.parentWidget()
        if at is not None:
            at.ensureWidgetVisible(part, 0, Space.MEDIUM)

    async def _fill_review(self, review: RefundReview, message_id: str) -> None:
        selected = self.at_hand.charge_id
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

    def _on_refund_asked(self, row: PendingAction) -> None:
        self.note.add_done(f"Asked for a refund of {dollars(int(row.body['amount_cents']))}.")
        self.acted.emit(row)

    def _on_review_closed(self) -> None:
        review, self._review = self._review, None
        if review is None:
            return
        self.window().activateWindow()
        self._go_back()
        if review.asked_row is not None:
            self._follow(review.asked_row)
        review.deleteLater()

    def _follow(self, row: PendingAction) -> None:
        if self._view is None or row.recipient_id != self._view.story.id:
            return
        self.progress.follow(row.id, self._view.story.id, int(row.body["amount_cents"]))
        if self.progress.can_undo:
            self.progress.undo_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_change(self, change: Announcement) -> None:
        if change.kind is LocalKind.SESSION and self._desk.session.state is not SessionState.SIGNED_IN:
            # whoever heard it is no longer here to answer for it
            self.preview_section.forget()

    def _note_opt_out(self, answer: OptOut) -> None:
        if self._view is not None:
            self.note.add_done(f"Stopped texts; they said “{answer.words}”.")

    def _note_link(self, answer: ReissuedLink) -> None:
        self.note.add_done("Made a new link" + ("." if answer.text.goes else " and read the code aloud."))
