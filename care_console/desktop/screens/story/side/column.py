"""The right-hand column, for the caller in front: reason, checks, say, do, preview, note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from care_console.contract.charges import ChargeState
from care_console.contract.recipients import Act
from care_console.contract.statements import ExplainedCharge
from care_console.contract.timeline import TimelineEntry
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.queries.story import StoryView
from care_console.desktop.screens.correction.mistake import of_entry
from care_console.desktop.screens.preview.section import PreviewSection
from care_console.desktop.screens.refund.review import RefundReview
from care_console.desktop.screens.story.side.answers import Known, answer
from care_console.desktop.screens.story.side.at_hand import MessageAtHand
from care_console.desktop.screens.story.side.charges_exhibit import ChargesExhibit
from care_console.desktop.screens.story.side.deeds_noted import DeedsNoted
from care_console.desktop.screens.story.side.money import Money
from care_console.desktop.screens.story.side.panels import Panels
from care_console.desktop.screens.story.side.reasons import LABELS, CallReason, reissue_reason
from care_console.desktop.screens.story.side.sections import (
    ChecksSection,
    DoSection,
    ReasonSection,
    SaySection,
)
from care_console.desktop.screens.story.side.way_back import WayBack, bring_into_view
from care_console.desktop.screens.story.side.what_charge_exhibit import WhatChargeExhibit
from care_console.desktop.screens.wrap_up.call import Call
from care_console.desktop.screens.wrap_up.section import WrapUpSection
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space, Tone


@dataclass(slots=True)
class _Left:
    """Where one caller was left."""

    reason: CallReason | None = None
    panel: str = ""


class SideColumn(QWidget):
    """Shows what is known about the caller's trouble, and does what can be done about it.

    `began` fires where the call at hand began before the desk was opened, `wrapped` once it is wrapped up,
    `reviewing` when the money review opens and closes.
    """

    acted = Signal(object)
    wrapped = Signal(object)
    began = Signal(object)
    ruled = Signal(object)
    reviewing = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAccessibleName("What to do")
        self._desk = desk
        self._view: StoryView | None = None
        self._left: dict[str, _Left] = {}
        self._call_ids: dict[str, str] = {}
        self._when_read: Callable[[], None] | None = None
        self._unread = ""
        self._way_back = WayBack(self)
        self.at_hand = MessageAtHand(desk, self)
        self.reason_section, self.checks, self.say = ReasonSection(), ChecksSection(), SaySection()
        self.reasons = self.reason_section.reasons
        self.checks.add_exhibit(CallReason.CHARGED_TWICE, ChargesExhibit())
        self.what_charge = WhatChargeExhibit(desk)
        self.checks.add_exhibit(CallReason.WHAT_CHARGE, self.what_charge)
        self.do = DoSection()
        self.money = Money(desk, self.do, self.at_hand, self._way_back, self)
        self.panels = Panels(desk, self.do, self._way_back, self)
        self.preview_section = PreviewSection(desk)
        self.note = WrapUpSection(desk)
        DeedsNoted(self.note, self.money, self.panels, self.preview_section, lambda: self._view is not None)
        self._lay_out()
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
        self.do.show_buttons(self.panels.open_now is None)
        self.at_hand.show_story(view.story.id, view.story.open_messages)
        self.money.show_for(view.story.id)
        self.panels.pause.renew_story(view.story)
        if is_other:
            self._enter(view)

    def show_nobody(self) -> None:
        """Nobody is in front, or their story was not read yet: no key may reach the caller of before."""
        if self._view is not None:
            self._leave()
        self._view = None
        self.at_hand.show_story(None, ())
        self.setEnabled(False)

    def select_entry(self, entry: TimelineEntry | None) -> None:
        """The timeline's selected row: its message is the one at hand."""
        self._when_read = None
        self.at_hand.select(entry)

    def refund(self) -> None:
        """F7: review a refund of the selected charge, or of the one most likely meant."""
        if not self._may(Act.REFUND) or self._view is None or self.review is not None:
            return
        if self.at_hand.id is None:
            self._tell("Nothing was charged that could be refunded here.")
            return
        self.do.state.say("")
        self.money.open_review(self._view.story, self.at_hand.id)

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
        reason, panel = reissue_reason(self.reasons.value), self.panels.reissue
        self.panels.open(panel, partial(panel.show_for, story, message, reason))

    def stop_texts(self) -> None:
        """F9: stop texts to the caller's number."""
        if not self._may(Act.OPT_OUT) or self._view is None:
            return
        story, panel = self._view.story, self.panels.opt_out
        self.panels.open(panel, partial(panel.show_for, story.phone, story.id, story.consent))
        self._show_call_id(story.phone)

    def send_receipt(self) -> None:
        """Ctrl+P: text the receipt of the selected charge, or of the message's newest that was paid."""
        charges = self.at_hand.message.charges if self.at_hand.message is not None else []
        paid = [charge.id for charge in charges if charge.state is ChargeState.SUCCEEDED]
        charge_id = self.at_hand.charge_id or (paid[-1] if paid else None)
        if self._view is None or charge_id is None:
            self._tell("Select the charge in the timeline first; its receipt is what goes.")
            return
        panel = self.panels.receipt
        self.panels.open(panel, partial(panel.show_for, self._view.story, charge_id))

    def pause(self) -> None:
        """Ctrl+Shift+P: pause the caller's number, or resume it."""
        if self._view is not None:
            self.panels.open(self.panels.pause, partial(self.panels.pause.show_for, self._view.story))

    def correct_opt_out(self) -> None:
        """Shift+F9: ask that the selected opt-out be corrected, which somebody mistyped."""
        mistake, panel = of_entry(self.at_hand.entry), self.panels.correction
        if self._view is None or isinstance(mistake, str):
            self._tell(mistake if isinstance(mistake, str) else "Open a caller first.")
            return
        self.panels.open(panel, partial(panel.show_for, self._view.story.id, mistake))

    def stop_texts_for(self, phone: str) -> None:
        """Stop texts to a number (E.164) that nobody is known by, with no story open."""
        self._leave()
        self._view = None
        self.at_hand.show_story(None, ())
        self.do.show_may(())
        self.setEnabled(True)
        self.show()
        panel = self.panels.opt_out
        self.panels.open(panel, partial(panel.show_for_phone, phone))
        self._show_call_id(phone)

    def preview(self) -> None:
        """F4: hear the message at hand, reason first."""
        if self._may(Act.PREVIEW):
            self.preview_section.show()
            self.preview_section.ask_reason()
            bring_into_view(self.preview_section)

    def preview_louder(self) -> None:
        """Shift+F4: hear the louder copy of the message at hand, reason first."""
        if self._may(Act.PREVIEW):
            self.preview_section.show()
            self.preview_section.ask_louder()
            bring_into_view(self.preview_section)

    def turn_language(self) -> None:
        """Ctrl+T: show what to say in the other language."""
        self.say.turn()

    def wrap_up(self) -> None:
        """Ctrl+Enter where nothing else is to be committed: end the call, and store it with its note."""
        panel = self.panels.open_now
        if panel is not None and self.panels.half_filled:
            self._tell(
                f"{panel.heading.text()}: not sent yet. Finish it, or step back with Esc; then wrap up."
            )
            return
        if not self.note.wrap_up():
            bring_into_view(self.note)

    def keep_note(self) -> None:
        """Ctrl+S: store the note alone, and stay on the call."""
        self.note.keep_note()

    def set_call_id(self, phone: str, call_id: str) -> None:
        """The telephone said how it calls the call with a number; its story comes, or is in front already."""
        self._call_ids[phone] = call_id
        if self._view is not None and self._view.story.phone == phone:
            self._show_call_id(phone)

    def closing(self) -> None:
        """The caller in front is being closed without a wrap-up: what has nothing in it is not kept."""
        self.note.forget_untouched()

    def wrapped_up(self, recipient_id: str) -> None:
        """Their call is stored: nothing of it is half-filled any more."""
        if self._view is not None and self._view.story.id == recipient_id:
            self.show_nobody()
        self._left.pop(recipient_id, None)

    def step_back(self) -> bool:
        """Close what is open here; False where nothing is."""
        return self.panels.step_back() or self.preview_section.step_back()

    @property
    def is_reviewing(self) -> bool:
        """Whether the money review is open."""
        return self.money.review is not None

    @property
    def review(self) -> RefundReview | None:
        """The money review that is open, if it is."""
        return self.money.review

    # putting together

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        layout.setSpacing(Space.MEDIUM)
        sections = (
            self.reason_section,
            self.checks,
            self.say,
            self.do,
            self.preview_section,
            self.note,
        )
        for section in sections:
            layout.addWidget(section)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.at_hand.changed.connect(self._show_known)
        self.at_hand.failed.connect(self._not_read)
        self.what_charge.changed.connect(self._show_known)
        self.what_charge.chosen.connect(self._point_at)
        self.reasons.chosen.connect(self.at_hand.set_reason)
        for number, (reason, _label) in enumerate(LABELS, start=1):
            keys.bind(self, f"reason.{number}", partial(self._press_reason, reason))
        keys.bind(self, "undo", self.money.progress.undo)
        keys.bind(self, "commit", self.wrap_up)
        self.do.buttons[Act.REFUND].clicked.connect(self.refund)
        self.do.buttons[Act.REISSUE].clicked.connect(self.reissue)
        self.do.buttons[Act.OPT_OUT].clicked.connect(self.stop_texts)
        for part in (self.panels, self.note, self.money):
            part.asked.connect(self.acted)
        self.money.ruled.connect(self.ruled)
        self.panels.moved.connect(lambda: self.note.show_panel(self.panels.half_filled))
        self.note.restored.connect(self._restored)
        # the next call with the same number is another one
        self.note.wrapped.connect(lambda call: self._call_ids.pop(call.phone, None))
        self.note.wrapped.connect(self.wrapped)
        self.note.began.connect(self.began)
        self.money.reviewing.connect(self.reviewing)
        self.destroyed.connect(self._desk.changes.subscribe(self._on_change))

    # the caller

    def _enter(self, view: StoryView) -> None:
        left = self._left.setdefault(view.story.id, _Left())
        self.reasons.choose(left.reason)
        self.note.enter(view)
        self._show_call_id(view.story.phone)
        self.at_hand.set_reason(left.reason)
        self._open_named(left.panel)

    def _show_call_id(self, phone: str) -> None:
        if (call_id := self._call_ids.get(phone)) is not None:
            self.note.set_call_id(call_id)
            self.panels.opt_out.set_call_id(call_id)

    def _open_named(self, panel: str) -> None:
        panels = self.panels
        opens = {panels.opt_out: self.stop_texts, panels.reissue: self.reissue, panels.pause: self.pause}
        for one, slot in opens.items():
            if one.objectName() == panel:
                slot()

    def _restored(self, call: Call) -> None:
        """A call of before the desk was closed: its reason and its half-filled panel come back, too."""
        if self.reasons.value is None and call.reason is not None:
            self._press_reason(call.reason)
        if self.panels.open_now is None:
            self._open_named(call.panel)

    def _leave(self) -> None:
        if self._view is not None:
            left = self._left.setdefault(self._view.story.id, _Left())
            left.reason, left.panel = self.reasons.value, self.panels.half_filled
        self.note.leave()
        self._way_back.forget()
        self._when_read = None
        self.panels.step_back()
        self.reasons.choose(None)
        self.at_hand.set_reason(None)
        self.money.leave()
        self.do.state.say("")

    def _press_reason(self, reason: CallReason) -> None:
        self.reasons.choose(reason)
        self.at_hand.set_reason(reason)

    def _point_at(self, charge: ExplainedCharge) -> None:
        self.at_hand.point_at(charge.message_id, charge.charge_id)

    def _show_known(self) -> None:
        message, summary = self.at_hand.message, self.at_hand.summary
        story = self._view.story if self._view is not None else None
        entry, now = self.at_hand.entry, datetime.now(UTC)
        known = Known(self.reasons.value, story, summary, message, entry, now)
        found = answer(known)
        self.checks.show_checks(found.checks)
        self.checks.show_exhibit(known)
        self.note.show_known(known.reason, summary)
        sentence = self.checks.exhibit_says or found.say
        self.say.show_sentence(sentence, story.language if story is not None else "en")
        self.checks.setVisible(bool(found.checks) or self.checks.has_exhibit)
        self.say.setVisible(sentence is not None)
        self.preview_section.setVisible(summary is not None)
        self.preview_section.show_message(summary)
        if message is not None:
            self.preview_section.show_levels(message.levels)
            self.preview_section.show_louder(message.louder)
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
        bring_into_view(self.do)

    def _not_read(self, sentence: str) -> None:
        """The message at hand could not be read; or, with no sentence, it was at last."""
        if sentence:
            self._tell(sentence)
        elif self.do.state.text == self._unread:
            self.do.state.say("")
        self._unread = sentence

    def _on_change(self, change: Announcement) -> None:
        gone = change.kind is LocalKind.SESSION and self._desk.session.state is not SessionState.SIGNED_IN
        if gone or (change.kind is LocalKind.LOCK and change.id == "locked"):
            # whoever heard it is no longer here to answer for it
            self.preview_section.forget()
            if self._desk.session.state is SessionState.SIGNED_OUT:
                self.note.forget_calls()
