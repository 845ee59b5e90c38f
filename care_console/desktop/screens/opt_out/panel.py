"""Stops texts to a number, in the caller's own words; the number need not be anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QDateTime, QTimeZone
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from care_console.contract.base import Reply
from care_console.contract.card_numbers import holds_card_number
from care_console.contract.consent import Consent, ConsentState, OptOut
from care_console.contract.phone import display_phone
from care_console.desktop.actions.opt_outs import stop_texts
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, Verb
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.parts import words
from care_console.desktop.widgets.when import clock_time, day

PHRASES = (
    "Stop texting me",
    "Take me off your list",
    "Wrong number",
    "Unsubscribe",
    "Ya no me manden mensajes",
)
_WORDS_HEIGHT = 52
_EASTERN = QTimeZone(b"America/New_York")
_PROMISE = (
    "No text goes out after this, but one confirmation. Staff cannot undo it; the phone can, with START."
)


class OptOutPanel(ActionPanel):
    """The caller's words, when they were said, and on which call."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "optOutPanel", "Stop texts", parent)
        self._phone = ""
        self._recipient_id: str | None = None
        self.phrases: Choices[str] = Choices("What they said", tuple((p, p) for p in PHRASES))
        self.phrases.setObjectName("optOutPhrases")
        self.words = QPlainTextEdit()
        self.words.setObjectName("optOutWords")
        self.words.setAccessibleName("The caller's words")
        self.words.setPlaceholderText("The caller's words, as they said them")
        self.words.setTabChangesFocus(True)
        self.words.setFixedHeight(_WORDS_HEIGHT)
        self.heard_at = QDateTimeEdit()
        self.heard_at.setObjectName("optOutHeardAt")
        self.heard_at.setAccessibleName("When they said it, US Eastern")
        self.heard_at.setTimeZone(_EASTERN)
        self.heard_at.setDisplayFormat("MMM d, h:mm AP")
        self.call_id = QLineEdit()
        self.call_id.setObjectName("optOutCall")
        self.call_id.setAccessibleName("Call id")
        self.call_id.setPlaceholderText("Call id")
        self.call_id.setMaxLength(128)
        row = QHBoxLayout()
        row.addWidget(self.heard_at)
        row.addWidget(self.call_id)
        self.body.addWidget(self.phrases)
        self.body.addWidget(self.words)
        self.body.addLayout(row)
        self.promise = words(_PROMISE, "hint")
        self.body.addWidget(self.promise)
        self.phrases.chosen.connect(self.words.setPlainText)
        for signal in (self.words.textChanged, self.heard_at.dateTimeChanged, self.call_id.textChanged):
            signal.connect(self._on_edited)

    def show_for_phone(self, phone: str) -> None:
        """For a number in E.164 that nobody is known by."""
        self._open(phone, None, f"Stop texts to {display_phone(phone)}")

    def show_for(self, phone: str, recipient_id: str, consent: Consent) -> None:
        """For a recipient's number."""
        self._open(phone, recipient_id, f"Stop texts to {display_phone(phone)}")
        if consent.state is ConsentState.OPTED_OUT:
            since = f" since {day(consent.since, _now())}" if consent.since else ""
            self.state.say(f"Texts are off{since} already. What is said now is recorded as well.", Tone.WARN)

    def set_call_id(self, call_id: str) -> None:
        """The call that the telephone named; an id that stands there already stays."""
        if not self.call_id.text():
            self.call_id.setText(call_id)

    @property
    def received_at(self) -> datetime:
        """When the words were said, in UTC."""
        return datetime.fromtimestamp(self.heard_at.dateTime().toSecsSinceEpoch(), UTC)

    def commit(self) -> None:
        """Stop the texts."""
        if not self.editing:
            return
        text = self.words.toPlainText().strip()
        if not text:
            self.refuse("What did they say? Keys 1 to 5, or type it. Nothing was sent.")
            self.phrases.setFocus()
        elif holds_card_number(text):
            self.refuse("The words hold what looks like a card number; take it out. Nothing was sent.")
        elif self.received_at > _now():
            self.refuse("They cannot have said it in the future. Nothing was sent.")
        else:
            self._send(text)

    def _send(self, text: str) -> None:
        self.set_editing(False)
        if self.drafts is not None:
            self.drafts.leave()
        tasks.start(self._stop(text), "stopping the texts")

    async def _stop(self, text: str) -> None:
        try:
            row = await stop_texts(
                self.desk,
                phone=self._phone,
                words=text,
                received_at=self.received_at,
                call_id=self.call_id.text().strip() or None,
                recipient_id=self._recipient_id,
            )
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self.refuse(failure.sentence)
        except ValidationError as failure:
            self.refuse(failure.errors()[0]["msg"])
        else:
            self.follow(row)

    def set_editing(self, editing: bool) -> None:
        """What was sent can be read and not changed."""
        super().set_editing(editing)
        self.phrases.setVisible(editing)
        self.promise.setVisible(editing)
        self.words.setReadOnly(not editing)
        self.heard_at.setVisible(editing)
        self.call_id.setVisible(editing)

    def answered(self, answer: Reply) -> None:
        """Say since when texts are off."""
        if not isinstance(answer, OptOut):
            return
        cancelled = answer.texts_cancelled
        waiting = f" {cancelled} waiting text{'s' if cancelled != 1 else ''} cancelled." if cancelled else ""
        off = "Texts are off" if answer.state is ConsentState.OPTED_OUT else "Texts are held"
        self.state.say(f"{off} since {clock_time(answer.effective_at)} Eastern.{waiting}", Tone.GOOD)

    def _open(self, phone: str, recipient_id: str | None, heading: str) -> None:
        self.unfollow()
        if self.drafts is not None:
            self.drafts.flush()
            self.drafts.deleteLater()
            self.drafts = None
        self._phone, self._recipient_id = phone, recipient_id
        self.heading.setText(heading)
        self.state.say("")
        self.phrases.choose(None)
        self.words.clear()
        self.call_id.clear()
        self.heard_at.setDateTime(QDateTime.fromSecsSinceEpoch(int(_now().timestamp()), _EASTERN))
        self.drafts = DraftKeeper(self.desk, Verb.OPT_OUT, phone, self._fields, self)
        self.set_editing(True)
        self.phrases.setFocus()
        tasks.start(self._restore(self.drafts), "restoring what was typed")

    async def _restore(self, drafts: DraftKeeper) -> None:
        kept = await drafts.restore()
        if kept is None or drafts is not self.drafts or self.words.toPlainText():
            return
        self.words.setPlainText(kept.get("words") or "")
        self.call_id.setText(kept.get("call_id") or self.call_id.text())
        if kept.get("received_at"):
            at = datetime.fromisoformat(kept["received_at"])
            self.heard_at.setDateTime(QDateTime.fromSecsSinceEpoch(int(at.timestamp()), _EASTERN))

    def _fields(self) -> Mapping[str, Any] | None:
        text = self.words.toPlainText()
        if not text.strip():
            return None
        return {
            "words": text,
            "received_at": self.received_at.isoformat(),
            "call_id": self.call_id.text().strip() or None,
        }

    def _on_edited(self) -> None:
        if self.phrases.value != self.words.toPlainText():
            self.phrases.choose(None)
        if self.drafts is not None and self.editing:
            self.drafts.changed()


def _now() -> datetime:
    return datetime.now(UTC)
