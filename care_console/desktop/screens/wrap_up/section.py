"""The note and what came of the call: begun from what was done, finished by its person, stored by one key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit

from care_console.contract.card_numbers import holds_card_number
from care_console.contract.contacts import CallReason, Disposition
from care_console.contract.recipients import OpenMessage
from care_console.desktop.actions.contacts import wrap_up
from care_console.desktop.actions.notes import write_note as keep_note
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.session import SessionState
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, Verb
from care_console.desktop.queries.story import StoryView
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.wrap_up.call import Call
from care_console.desktop.screens.wrap_up.deeds import Deed
from care_console.desktop.screens.wrap_up.wording import DISPOSITIONS
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.store.store import Draft
from care_console.desktop.widgets.drop_down import DropDown
from care_console.desktop.widgets.parts import button, say, words
from care_console.desktop.widgets.section import Section

_NOTE_HEIGHT = 72
OVER_AFTER = timedelta(minutes=30)
"""A call that nobody touched for so long is over: it ended when it was touched last."""


class WrapUpSection(Section):
    """One call per caller. `wrapped` fires once a call is stored on this computer, on its way.

    `asked` fires with the outbox row; `restored` when a call of before came back: its reason, its open panel;
    `began` if a call of before goes on, from its own beginning.
    """

    asked = Signal(object)
    wrapped = Signal(object)
    restored = Signal(object)
    began = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("sideNote", "Note")
        self._desk = desk
        self._drafts: DraftKeeper | None = None
        self._writing = False
        self._wrapping = self._wrap_up_then = False
        self._calls: dict[str, Call] = {}
        self.call: Call | None = None
        self.text = QPlainTextEdit()
        self.text.setObjectName("noteText")
        self.text.setAccessibleName("Note")
        self.text.setPlaceholderText("Written from what is said and done; change it as you like.")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(_NOTE_HEIGHT)
        self.disposition = DropDown()
        self.disposition.setObjectName("disposition")
        self.disposition.setAccessibleName("What came of the call")
        self.disposition.view().setAccessibleName("What came of the call")
        for value, label in DISPOSITIONS:
            self.disposition.addItem(label, value)
        self.wrap_button = button(f"Wrap up  {keys.shown('commit')}", "wrapUp", "primary")
        self.wrap_button.setAccessibleName("Wrap up the call")
        self.state = words("", "hint", "noteState")
        self.state.hide()
        self._lay_out()
        self.text.textChanged.connect(self._on_edited)
        self.disposition.activated.connect(self._on_chosen)
        self.wrap_button.clicked.connect(self.wrap_up)

    # the caller

    def enter(self, view: StoryView) -> None:
        """Another caller: the call with them goes on; one from before the desk was opened comes back."""
        story, staff = view.story, self._desk.session.staff
        login = staff.login if staff is not None else ""
        call = self._calls.get(story.id)
        is_new = call is None or call.by != login
        if call is None or is_new:
            call = self._calls[story.id] = Call(story.id, story.name, story.phone, by=login)
        self.call = call
        self._drafts = DraftKeeper(self._desk, Verb.CONTACT, story.id, partial(self._fields, call), self)
        self._show_text(call.note)
        if is_new:
            self._wrap_up_then = False
            tasks.start(self._restore(call), "restoring the call", keeps=True)
        else:
            self._rewrite()

    def leave(self) -> None:
        """Keep the call, and show nothing."""
        if self._drafts is not None:
            self._drafts.flush()
            self._drafts.deleteLater()
        self._drafts = self.call = None
        self._show_text("")
        say(self.state, "")

    def forget_calls(self) -> None:
        """Whoever was signed in is gone: nothing of their calls stays in memory."""
        self.leave()
        self._calls.clear()

    def forget_untouched(self) -> bool:
        """Whether nothing was said or done in the call in front; then nothing of it is kept, either."""
        if self.call is None or self.call.is_touched:
            return False
        if self._drafts is not None:
            self._drafts.leave()
        tasks.start(
            self._desk.store.drop_draft(Verb.CONTACT, self.call.recipient_id),
            "forgetting a call with nothing in it",
            keeps=True,
        )
        self._calls.pop(self.call.recipient_id, None)
        return True

    def show_known(self, reason: CallReason | None, message: OpenMessage | None) -> None:
        """What the caller said, and the message that it is about."""
        if self.call is not None and self.call.about(reason, message):
            self._rewrite()

    def set_call_id(self, call_id: str) -> None:
        """What the telephone calls the call in front."""
        if self.call is not None and self.call.call_id != call_id:
            self.call.call_id = call_id
            self._keep()

    def show_panel(self, name: str) -> None:
        """Which panel is half-filled, to be opened again when the call comes back."""
        if self.call is not None and self.call.panel != name:
            self.call.panel = name
            self._keep()

    def add(self, deed: Deed) -> None:
        """Something was done, or the service said more of it."""
        if self.call is not None and self.call.add(deed):
            self._rewrite()

    def move_on(self, id: str, state: str) -> None:
        """The service said how far a deed of this call is."""
        call = self.call
        found = next((deed for deed in call.deeds if deed.id == id), None) if call is not None else None
        if found is not None and found.state != state:
            self.add(replace(found, state=state))

    # storing

    def wrap_up(self) -> bool:
        """End the call: store it with its note. False, and a sentence, where there is nothing to store."""
        call = self.call
        if call is None or self._wrapping:
            return False
        if not call.is_restored:
            # keys are quicker than the disk: what is kept of this call belongs into its record
            self._wrap_up_then = True
            return True
        call.note = self.text.toPlainText().strip()
        if not call.is_touched:
            return self._say_no(
                f"What did they need? {keys.shown('reason.1')} to {keys.shown('reason.7')[-1]}, then wrap "
                "up. Nothing was stored."
            )
        if holds_card_number(call.note):
            return self._say_no(
                "The note holds what looks like a card number; take it out. Nothing was stored."
            )
        self._wrapping = True
        if self._drafts is not None:
            self._drafts.leave()
        tasks.start(self._wrap_up(call), "wrapping up the call", keeps=True)
        return True

    def keep_note(self) -> None:
        """Store the note alone; the call goes on."""
        call, written = self.call, self.text.toPlainText().strip()
        if call is None or not written:
            return
        if holds_card_number(written):
            self._say_no("It holds what looks like a card number; take it out.")
            return
        tasks.start(self._keep_note(call, written), "writing the note", keeps=True)

    async def _wrap_up(self, call: Call) -> None:
        try:
            row = await wrap_up(
                self._desk,
                recipient_id=call.recipient_id,
                reason=call.reason or CallReason.OTHER,
                disposition=call.disposition,
                note=call.note,
                began_at=call.began_at,
                ended_at=call.over_at or datetime.now(UTC),
                call_id=call.call_id,
            )
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self._say_no(failure.sentence)
            return
        except ValidationError as failure:
            self._say_no(failure.errors()[0]["msg"])
            return
        finally:
            self._wrapping = False
        if self.call is call:
            # what is kept of the call went with the row; nothing may write it down again
            self._drafts = self.call = None
        self._calls.pop(call.recipient_id, None)
        self.asked.emit(row)
        self.wrapped.emit(call)

    async def _keep_note(self, call: Call, written: str) -> None:
        try:
            row: PendingAction = await keep_note(self._desk, recipient_id=call.recipient_id, text=written)
        except (BackendFailure, AlreadyOnItsWay) as failure:
            self._say_no(failure.sentence)
            return
        except ValidationError as failure:
            self._say_no(failure.errors()[0]["msg"])
            return
        if self.call is call:
            call.note_kept()
            self._show_text("")
            self._keep()
            say(self.state, "On its way; it appears in the timeline.", Tone.GOOD)
        self.asked.emit(row)

    def _say_no(self, sentence: str) -> bool:
        say(self.state, sentence, Tone.BAD)
        return False

    # what is kept

    async def _restore(self, call: Call) -> None:
        """Take up what is kept of a call, even where its caller is not in front any more."""
        draft = await self._desk.store.load_draft(Verb.CONTACT, call.recipient_id)
        draft = draft or await self._refused_note(call.recipient_id)
        if self._calls.get(call.recipient_id) is not call:
            return
        if draft is not None:
            over = datetime.now(UTC) - draft.saved_at > OVER_AFTER
            call.take_up(draft.fields, over_at=draft.saved_at if over else None)
        call.is_restored = True
        if self.call is call:
            self._show_restored(call, came_back=draft is not None)
        fields = self._fields(call)
        if fields is not None:
            await self._desk.store.save_draft(Verb.CONTACT, call.recipient_id, fields)
        if self.call is call and self._wrap_up_then:
            self._wrap_up_then = False
            self.wrap_up()

    def _show_restored(self, call: Call, *, came_back: bool) -> None:
        self._show_text(call.note)
        if call.over_at is not None:
            say(self.state, "This call was not wrapped up. It ended when it was last touched.", Tone.WARN)
        if came_back:
            self.restored.emit(call)
            self.began.emit(call)
        self._rewrite()

    async def _refused_note(self, recipient_id: str) -> Draft | None:
        """A note that was kept alone and then refused: its words belong here again."""
        draft = await self._desk.store.load_draft(Verb.NOTE, recipient_id)
        if draft is None:
            return None
        fields = {"note": draft.fields.get("text") or "", "edited": True}
        return replace(draft, fields=fields, saved_at=datetime.now(UTC))

    def _fields(self, call: Call) -> Mapping[str, Any] | None:
        """What to keep of a call; nothing before what is kept was read: a part would replace the whole.

        Nothing once its person is gone: another one's store holds no caller of theirs.
        """
        staff, state = self._desk.session.staff, self._desk.session.state
        is_theirs = staff is not None and staff.login == call.by and state is not SessionState.SIGNED_OUT
        return call.to_json() if is_theirs and call.is_restored else None

    def _keep(self) -> None:
        if self._drafts is not None and not self._wrapping:
            self._drafts.changed()

    # showing

    def _rewrite(self) -> None:
        """Write the note anew, or, where its person has written in it, what was done since at its end."""
        call = self.call
        if call is None:
            return
        call.note = self.text.toPlainText()
        self._show_text(call.rewritten(datetime.now(UTC)))
        self.disposition.setCurrentIndex([value for value, _ in DISPOSITIONS].index(call.disposition))
        self._keep()

    def _show_text(self, text: str) -> None:
        if self.text.toPlainText() == text:
            return
        self._writing = True
        self.text.setPlainText(text)
        self._writing = False

    def _on_edited(self) -> None:
        if self._writing:
            return
        say(self.state, "")
        if self.call is not None:
            self.call.edited(self.text.toPlainText())
            self._keep()

    def _on_chosen(self, _place: int) -> None:
        if self.call is not None:
            self.call.chosen = Disposition(self.disposition.currentData())
            self._keep()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        row.addWidget(self.disposition, 1)
        row.addWidget(self.wrap_button)
        self.body.addWidget(self.text)
        self.body.addLayout(row)
        self.body.addWidget(self.state)
