"""The note: begun from what was done, finished by its person, kept with Ctrl+Enter."""

from __future__ import annotations

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit

from care_console.contract.card_numbers import holds_card_number
from care_console.desktop.actions.notes import write_note
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, Verb
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.parts import say, words
from care_console.desktop.widgets.section import Section

_NOTE_HEIGHT = 54


class NoteSection(Section):
    """One note per caller, half written ones kept. `asked` fires with the outbox row."""

    asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("sideNote", "Note")
        self._desk = desk
        self._recipient_id: str | None = None
        self._drafts: DraftKeeper | None = None
        self.text = QPlainTextEdit()
        self.text.setObjectName("noteText")
        self.text.setAccessibleName("Note")
        self.text.setPlaceholderText(f"What was said and done. {keys.shown('commit')} keeps it.")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(_NOTE_HEIGHT)
        self.state = words("", "hint", "noteState")
        self.state.hide()
        self.body.addWidget(self.text)
        self.body.addWidget(self.state)
        self.text.textChanged.connect(self._on_edited)
        keys.bind(self, "commit", self.commit)

    def enter(self, recipient_id: str) -> None:
        """Another caller; what was half written about them comes back."""
        self._recipient_id = recipient_id
        self._drafts = DraftKeeper(self._desk, Verb.NOTE, recipient_id, self._fields, self)
        tasks.start(self._restore(self._drafts), "restoring the note")

    def leave(self) -> None:
        """Keep what is half written, and show nothing."""
        if self._drafts is not None:
            self._drafts.flush()
            self._drafts.deleteLater()
        self._drafts = self._recipient_id = None
        self.text.clear()
        say(self.state, "")

    def add_done(self, sentence: str) -> None:
        """Add a sentence on what was just done."""
        before = self.text.toPlainText().rstrip()
        self.text.setPlainText(f"{before} {sentence}".strip())

    def commit(self) -> None:
        """Keep the note."""
        written = self.text.toPlainText().strip()
        if not written or self._recipient_id is None:
            return
        if holds_card_number(written):
            say(self.state, "It holds what looks like a card number; take it out.", Tone.BAD)
            return
        if self._drafts is not None:
            self._drafts.leave()
        tasks.start(self._write(self._recipient_id, written), "writing the note")

    async def _write(self, recipient_id: str, written: str) -> None:
        try:
            row = await write_note(self._desk, recipient_id=recipient_id, text=written)
        except (BackendFailure, AlreadyOnItsWay) as failure:
            say(self.state, failure.sentence, Tone.BAD)
            return
        except ValidationError as failure:
            say(self.state, failure.errors()[0]["msg"], Tone.BAD)
            return
        if self._recipient_id == recipient_id:
            self.text.clear()
            if self._drafts is not None:
                self._drafts.leave()
            say(self.state, "On its way; it appears in the timeline.", Tone.GOOD)
        self.asked.emit(row)

    async def _restore(self, drafts: DraftKeeper) -> None:
        kept = await drafts.restore()
        if kept is not None and drafts is self._drafts and not self.text.toPlainText():
            self.text.setPlainText(kept.get("text") or "")

    def _fields(self) -> dict[str, str] | None:
        text = self.text.toPlainText()
        return {"text": text} if text.strip() else None

    def _on_edited(self) -> None:
        if self.text.toPlainText():
            say(self.state, "")
        if self._drafts is not None:
            self._drafts.changed()
