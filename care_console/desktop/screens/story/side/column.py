"""The right-hand column, for the caller in front: reason, checks, say, do, preview, note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from care_console.contract.base import Bilingual
from care_console.contract.card_numbers import holds_card_number
from care_console.contract.consent import OptOut
from care_console.contract.messages import Message, ReissuedLink
from care_console.contract.money import dollars
from care_console.contract.recipients import Act, OpenMessage
from care_console.contract.timeline import ChargeEntry, DisputeEntry, RefundEntry, TimelineEntry
from care_console.desktop.actions.notes import write_note
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, Verb
from care_console.desktop.queries.messages import read_message
from care_console.desktop.queries.story import StoryView
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.opt_out.panel import OptOutPanel
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.screens.preview.section import PreviewSection
from care_console.desktop.screens.refund import facts
from care_console.desktop.screens.refund.progress import RefundProgress
from care_console.desktop.screens.refund.review import RefundReview
from care_console.desktop.screens.reissue.panel import ReissuePanel
from care_console.desktop.screens.story.side import checks
from care_console.desktop.screens.story.side.reasons import LABELS, CallReason, meant, reissue_reason
from care_console.desktop.screens.story.side.sections import ChecksSection, DoSection, NoteSection, SaySection
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.parts import say
from care_console.desktop.widgets.section import Section

_SETTLE_MS = 120
"""How long a row stays selected before its message is read: moving down the timeline reads nothing."""


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
        self._entry: TimelineEntry | None = None
        self._message: Message | None = None
        self._at_hand: OpenMessage | None = None
        self._left: dict[str, _Left] = {}
        self._note_drafts: DraftKeeper | None = None
        self._review: RefundReview | None = None
        self._make_sections()
        self._read_soon = QTimer(self)
        self._read_soon.setSingleShot(True)
        self._read_soon.setInterval(_SETTLE_MS)
        self._read_soon.timeout.connect(self._read_message)
        self._connect()
        unsubscribe = desk.changes.subscribe(self._on_change)
        self.destroyed.connect(unsubscribe)
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
        if is_other:
            self._enter()
        self._choose_message()

    def select_entry(self, entry: TimelineEntry | None) -> None:
        """The timeline's selected row: its message is the one at hand."""
        self._entry = entry
        self._choose_message()

    def refund(self) -> None:
        """F7: review a refund of the selected charge, or of the one most likely meant."""
        if not self._may(Act.REFUND) or self._review is not None:
            return
        message_id = self._message_id()
        if message_id is None:
            self._tell("Nothing was charged that could be refunded here.")
            return
        assert self._view is not None
        review = RefundReview(self._desk, self._view.story, self.window())
        self._review = review
        review.asked.connect(self._on_refund_asked)
        review.finished.connect(self._on_review_closed)
        review.open()
        tasks.start(self._fill_review(review, message_id), "reading the charge")

    def reissue(self) -> None:
        """F8: make a new link for the message at hand."""
        if not self._may(Act.REISSUE) or self._view is None:
            return
        if self._at_hand is None:
            self._tell("There is no open message to make a link for; select one in the timeline.")
            return
        story = self._view.story
        suggested = reissue_reason(self.reasons.value)
        self._open_panel(
            self.reissue_panel,
            lambda message=self._at_hand: self.reissue_panel.show_for(  # type: ignore[misc]
                story.id, message, story.consent, suggested
            ),
        )

    def stop_texts(self) -> None:
        """F9: stop texts to the caller's number."""
        if not self._may(Act.OPT_OUT) or self._view is None:
            return
        story = self._view.story
        self._open_panel(
            self.opt_out_panel,
            lambda: self.opt_out_panel.show_for(story.phone, story.id, story.consent),
        )

    def stop_texts_for(self, phone: str) -> None:
        """Stop texts to a number (E.164) that nobody is known by, with no story open."""
        self._leave()
        self._view = self._message = self._at_hand = None
        self._show_message()
        self.do.show_may(())
        self.setEnabled(True)
        self.show()
        self._open_panel(self.opt_out_panel, lambda: self.opt_out_panel.show_for_phone(phone))

    def preview(self) -> None:
        """F4: hear the message at hand, reason first."""
        if self._may(Act.PREVIEW):
            self.preview_section.ask_reason()
            self._bring_into_view(self.preview_section)

    def step_back(self) -> bool:
        """Close what is open here; False where nothing is."""
        for panel in (self.opt_out_panel, self.reissue_panel):
            if not panel.isHidden():
                return panel.step_back()
        return self.preview_section.step_back()

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
        self.progress = RefundProgress(self._desk)
        for part in (self.progress, self.opt_out_panel, self.reissue_panel):
            self.do.place.addWidget(part)
            part.hide()
        self.preview_section = PreviewSection(self._desk)
        self.note = NoteSection()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        layout.setSpacing(Space.MEDIUM)
        sections = (self.reason_section, self.checks, self.say, self.do, self.preview_section, self.note)
        for section in sections:
            layout.addWidget(section)
        layout.addStretch()

    def _connect(self) -> None:
        self.reasons.chosen.connect(self._on_reason)
        for number, (reason, _label) in enumerate(LABELS, start=1):
            keys.bind(self, f"reason.{number}", lambda reason=reason: self._press_reason(reason))  # type: ignore[misc]
        keys.bind(self, "undo", self.progress.undo)
        self.do.buttons[Act.REFUND].clicked.connect(self.refund)
        self.do.buttons[Act.REISSUE].clicked.connect(self.reissue)
        self.do.buttons[Act.OPT_OUT].clicked.connect(self.stop_texts)
        for panel in (self.opt_out_panel, self.reissue_panel):
            panel.asked.connect(self._on_asked)
            panel.closed.connect(self._close_panels)
        self.opt_out_panel.done.connect(self._note_opt_out)
        self.reissue_panel.done.connect(self._note_link)
        self.note.committed.connect(self._commit_note)
        self.note.edited.connect(self._on_note_edited)

    # the caller

    def _enter(self) -> None:
        assert self._view is not None
        story = self._view.story
        left = self._left.setdefault(story.id, _Left())
        self.reasons.choose(left.reason)
        self._note_drafts = DraftKeeper(self._desk, Verb.NOTE, story.id, self._note_fields, self)
        tasks.start(self._restore_note(self._note_drafts), "restoring the note")
        if left.panel == self.opt_out_panel.objectName():
            self.stop_texts()
        elif left.panel == self.reissue_panel.objectName():
            self._choose_message()
            self.reissue()

    def _leave(self) -> None:
        if self._view is not None:
            left = self._left.setdefault(self._view.story.id, _Left())
            left.reason = self.reasons.value
            open_panel = self._open_one()
            left.panel = open_panel.objectName() if open_panel and open_panel.editing else ""
        for panel in (self.opt_out_panel, self.reissue_panel):
            if not panel.isHidden():
                panel.step_back()
        if self._note_drafts is not None:
            self._note_drafts.flush()
            self._note_drafts.deleteLater()
            self._note_drafts = None
        self.progress.leave()
        self.preview_section.show_message(None)
        self.note.text.clear()
        say(self.note.state, "")
        self._entry = None

    # the message at hand

    def _press_reason(self, reason: CallReason) -> None:
        self.reasons.choose(reason)
        self._on_reason(reason)

    def _on_reason(self, reason: CallReason) -> None:
        self._choose_message()
        if reason is CallReason.STOP:
            self._bring_into_view(self.do)

    def _message_id(self) -> str | None:
        selected = self._entry.message_id if self._entry is not None else None
        return selected or (self._at_hand.id if self._at_hand is not None else None)

    def _choose_message(self) -> None:
        if self._view is None:
            return
        messages = self._view.story.open_messages
        selected = self._entry.message_id if self._entry is not None else None
        by_id = {message.id: message for message in messages}
        if selected is None:
            self._at_hand = meant(self.reasons.value, messages)
        else:
            self._at_hand = by_id.get(selected)
        wanted = self._message_id()
        if self._message is not None and self._message.id != wanted:
            self._message = None
        self._show_message()
        if wanted is not None and self._message is None:
            self._read_soon.start()

    def _read_message(self) -> None:
        message_id = self._message_id()
        if message_id is not None:
            tasks.start(self._read(message_id), "reading the message")

    async def _read(self, message_id: str) -> Message | None:
        try:
            message = await read_message(self._desk, message_id)
        except BackendFailure as failure:
            if message_id == self._message_id():
                self._tell(failure.sentence)
            return None
        if message_id == self._message_id():
            self._message = message
            self._at_hand = self._at_hand or _as_open(message)
            self._show_message()
        return message

    def _show_message(self) -> None:
        message, at_hand = self._message, self._at_hand
        both: Bilingual | None = None
        if message is not None:
            self.checks.show_checks(checks.of_message(message, datetime.now(UTC)))
            both = message.diagnosis.say
        elif at_hand is not None:
            self.checks.show_checks([checks.verdict(at_hand.diagnosis)])
            both = at_hand.diagnosis.say
        else:
            self.checks.show_checks([])
        language = self._view.story.language if self._view is not None else "en"
        self.say.show_sentence(both, language)
        for section, shown in ((self.checks, both), (self.say, both), (self.preview_section, at_hand)):
            section.setVisible(shown is not None)
        self.preview_section.show_message(at_hand)
        if message is not None:
            self.preview_section.show_levels(message.levels)

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
        for other in (self.opt_out_panel, self.reissue_panel):
            if other is not panel and not other.isHidden():
                other.step_back()
        self.do.state.say("")
        self.do.show_buttons(False)
        panel.show()
        show()
        QTimer.singleShot(0, panel, lambda: self._bring_into_view(panel))

    def _open_one(self) -> ActionPanel | None:
        return next((p for p in (self.opt_out_panel, self.reissue_panel) if not p.isHidden()), None)

    def _close_panels(self) -> None:
        had_focus = self.focusWidget()
        self.opt_out_panel.hide()
        self.reissue_panel.hide()
        self.do.show_buttons(True)
        if had_focus is not None:
            self.do.buttons[Act.OPT_OUT].setFocus(Qt.FocusReason.OtherFocusReason)

    def _bring_into_view(self, part: QWidget) -> None:
        at = self.parentWidget()
        while at is not None and not isinstance(at, QScrollArea):
            at = at.parentWidget()
        if at is not None:
            at.ensureWidgetVisible(part, 0, Space.MEDIUM)

    async def _fill_review(self, review: RefundReview, message_id: str) -> None:
        try:
            message = await read_message(self._desk, message_id)
        except BackendFailure as failure:
            review.cannot_show(failure.sentence)
            return
        charge = facts.likely_charge(message, _charge_of(self._entry))
        if charge is None:
            review.cannot_show("Nothing was charged for this message, so there is nothing to refund.")
            return
        await review.show_charge(message, charge, facts.likely_reason(message))

    def _on_refund_asked(self, row: PendingAction) -> None:
        self.note.add_done(f"Asked for a refund of {_amount(row)}.")
        self._on_asked(row)

    def _on_asked(self, row: PendingAction) -> None:
        self.acted.emit(row)

    def _on_review_closed(self) -> None:
        review, self._review = self._review, None
        if review is None:
            return
        if review.asked_row is not None and self._view is not None:
            row = review.asked_row
            self.progress.follow(row.id, self._view.story.id, int(row.body["amount_cents"]))
            if self.progress.can_undo:
                self.progress.undo_button.setFocus(Qt.FocusReason.OtherFocusReason)
        review.deleteLater()

    def _note_opt_out(self, answer: OptOut) -> None:
        self.note.add_done(f"Stopped texts; they said “{answer.words}”.")

    def _note_link(self, answer: ReissuedLink) -> None:
        self.note.add_done("Made a new link" + ("." if answer.text.goes else " and read the code aloud."))

    # the note

    def _note_fields(self) -> dict[str, str]:
        return {"text": self.note.text.toPlainText()}

    def _on_note_edited(self) -> None:
        if self._note_drafts is not None:
            self._note_drafts.changed()

    async def _restore_note(self, drafts: DraftKeeper) -> None:
        kept = await drafts.restore()
        if kept is not None and drafts is self._note_drafts and not self.note.text.toPlainText():
            self.note.text.setPlainText(kept.get("text") or "")

    def _commit_note(self, text: str) -> None:
        if self._view is None:
            return
        if holds_card_number(text):
            say(self.note.state, "It holds what looks like a card number; take it out.", Tone.BAD)
            return
        if self._note_drafts is not None:
            self._note_drafts.leave()
        tasks.start(self._write_note(self._view.story.id, text), "writing the note")

    async def _write_note(self, recipient_id: str, text: str) -> None:
        try:
            row = await write_note(self._desk, recipient_id=recipient_id, text=text)
        except (BackendFailure, AlreadyOnItsWay) as failure:
            say(self.note.state, failure.sentence, Tone.BAD)
            return
        except ValidationError as failure:
            say(self.note.state, failure.errors()[0]["msg"], Tone.BAD)
            return
        if self._view is not None and self._view.story.id == recipient_id:
            self.note.text.clear()
            if self._note_drafts is not None:
                self._note_drafts.leave()
            say(self.note.state, "The note is on its way; it appears in the timeline.", Tone.GOOD)
        self.acted.emit(row)

    def _on_change(self, change: Announcement) -> None:
        # a story read again brings new charges and links; what is shown of the message must not lag behind it
        if (
            self._view is not None
            and change.recipient_id == self._view.story.id
            and self._message is not None
        ):
            self._read_soon.start()


def _charge_of(entry: TimelineEntry | None) -> str | None:
    if isinstance(entry, ChargeEntry):
        return entry.id
    return entry.charge_id if isinstance(entry, RefundEntry | DisputeEntry) else None


def _as_open(message: Message) -> OpenMessage:
    """A message of long ago as the panels know messages."""
    return OpenMessage(
        id=message.id,
        imported_id=message.imported_id,
        sender_name=message.sender.name,
        facility_name=message.facility.name,
        recorded_at=message.recorded_at,
        seconds=message.seconds,
        price_cents=message.price_cents,
        expires_at=message.links[-1].expires_at if message.links else None,
        privileged=message.privileged,
        has_sound=message.has_sound,
        diagnosis=message.diagnosis,
    )


def _amount(row: PendingAction) -> str:
    return dollars(int(row.body["amount_cents"]))
