"""Makes a new link for a message, and shows it so that it can be read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from care_console.contract.base import Reply
from care_console.contract.consent import ConsentState
from care_console.contract.messages import ReissuedLink, ReissueReason
from care_console.contract.recipients import OpenMessage, RecipientStory
from care_console.desktop.actions.links import reissue
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, Verb
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.shell import tasks, theme
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.parts import say, words
from care_console.desktop.widgets.when import clock_time, day, in_full

REASONS = (
    (ReissueReason.EXPIRED, "Expired"),
    (ReissueReason.LOST, "Lost the text"),
    (ReissueReason.UNHEARD, "Could not hear"),
    (ReissueReason.OTHER, "Other"),
)
_TEXTS_OFF = {
    ConsentState.OPTED_OUT: "Texts are off, so none goes: you will read the code aloud.",
    ConsentState.HELD: "Texts are held, waiting for a person, so none goes: you will read the code aloud.",
    ConsentState.OPTED_IN: "",
}
_PAUSED = "The number is paused, so no text goes: you will read the code aloud."


class ReissuePanel(ActionPanel):
    """The reason by one key; then the link, its code in large, and how it is spelled."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "reissuePanel", "Make a new link", parent)
        self._message_id = ""
        self._recipient_id = ""
        self.reasons: Choices[ReissueReason] = Choices("Why", REASONS)
        self.reasons.setObjectName("reissueReasons")
        self.texts = words("", "soft", "reissueTexts")
        self.promise = words("The link they have now stops working at once.", "hint")
        self.code = words("", "", "reissueCode")
        self.spelled = words("", "lead", "reissueSpelled")
        self.url = QLineEdit()
        self.url.setObjectName("reissueUrl")
        self.url.setReadOnly(True)
        self.url.setAccessibleName("The new link")
        self.ends = words("", "hint", "reissueEnds")
        self.code.setAccessibleName("The code to read aloud")
        for part in (self.reasons, self.code, self.spelled, self.url, self.texts, self.promise, self.ends):
            self.body.addWidget(part)
        self.reasons.chosen.connect(self._on_edited)
        theme.teller().changed.connect(self._dress)
        self._dress()

    def show_for(self, story: RecipientStory, message: OpenMessage, reason: ReissueReason | None) -> None:
        """Open on a message; `reason` is what the caller's words suggest, if they do."""
        self.unfollow()
        if self.drafts is not None:
            self.drafts.deleteLater()
        self._recipient_id, self._message_id = story.id, message.id
        when = day(message.recorded_at, _now())
        self.heading.setText(f"New link: {message.sender_name}, {when}")
        self.state.say("")
        self.reasons.choose(reason)
        self._show_link(None)
        off = _TEXTS_OFF[story.consent.state] or (_PAUSED if story.paused else "")
        say(self.texts, off, Tone.WARN)
        self.drafts = DraftKeeper(self.desk, Verb.REISSUE, message.id, self._fields, self)
        self.set_editing(True)
        self.reasons.setFocus()
        tasks.start(self._restore(self.drafts), "restoring what was chosen")

    def commit(self) -> None:
        """Make the link."""
        if not self.editing:
            return
        if self.reasons.value is None:
            self.refuse("Why is it made anew? Keys 1 to 4. Nothing was done.")
            self.reasons.setFocus()
            return
        self.set_editing(False)
        if self.drafts is not None:
            self.drafts.leave()
        tasks.start(self._reissue(self.reasons.value), "making a new link")

    async def _reissue(self, reason: ReissueReason) -> None:
        try:
            row = await reissue(
                self.desk, message_id=self._message_id, recipient_id=self._recipient_id, reason=reason
            )
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self.refuse(failure.sentence)
        else:
            self.follow(row)

    def answered(self, answer: Reply) -> None:
        """Show the link."""
        if isinstance(answer, ReissuedLink):
            self.state.say("The new link is made; the old one is dead.", Tone.GOOD)
            self._show_link(answer)

    def set_editing(self, editing: bool) -> None:
        """The reasons are asked only while there is something to commit."""
        super().set_editing(editing)
        self.reasons.setVisible(editing)
        self.promise.setVisible(editing)

    def _show_link(self, link: ReissuedLink | None) -> None:
        for part in (self.code, self.spelled, self.url, self.ends):
            part.setVisible(link is not None)
        if link is None:
            return
        self.code.setText(link.code)
        self.spelled.setText(link.spelled)
        self.url.setText(link.url)
        self.url.setCursorPosition(0)
        self.ends.setText(f"Good until {in_full(link.expires_at, _now())}.")
        if link.text.goes:
            at = f" at {clock_time(link.text.at)} Eastern" if link.text.at else " now"
            say(self.texts, f"A text with it goes{at}.", Tone.GOOD)
        else:
            say(self.texts, f"No text goes. {link.text.why_not or ''}".strip(), Tone.WARN)

    async def _restore(self, drafts: DraftKeeper) -> None:
        kept = await drafts.restore()
        if kept and kept.get("reason") and drafts is self.drafts and self.reasons.value is None:
            self.reasons.choose(ReissueReason(kept["reason"]))

    def _fields(self) -> Mapping[str, Any] | None:
        reason = self.reasons.value
        return {"reason": reason.value} if reason is not None else None

    def _on_edited(self) -> None:
        if self.drafts is not None and self.editing:
            self.drafts.changed()

    def _dress(self) -> None:
        _set_size(self.code, theme.current().sizes.title + 4)


def _set_size(label: QLabel, pixels: int) -> None:
    label.setStyleSheet(f"font-size: {pixels}px; font-weight: 600; letter-spacing: 2px;")


def _now() -> datetime:
    return datetime.now(UTC)
