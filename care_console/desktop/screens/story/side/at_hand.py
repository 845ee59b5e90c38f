"""Which message the call is about: the selected row's, else the one that the caller's reason points to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from care_console.contract.changes import ChangeKind
from care_console.contract.messages import Message
from care_console.contract.recipients import OpenMessage
from care_console.contract.timeline import ChargeEntry, DisputeEntry, RefundEntry, TimelineEntry
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.queries.messages import read_message
from care_console.desktop.screens.story.side.reasons import CallReason, fits, meant, pointed_to
from care_console.desktop.shell import tasks

_SETTLE_MS = 120
"""How long a row stays selected before its message is read: moving down the timeline reads nothing."""


class MessageAtHand(QObject):
    """Chooses the message and reads it. `changed` fires when it is another one, or more is known of it.

    `failed` fires with a sentence when it could not be read, and with an empty one once it was after that.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._recipient_id: str | None = None
        self._open: Sequence[OpenMessage] = ()
        self._reason: CallReason | None = None
        self._entry: TimelineEntry | None = None
        self._by_reason = False
        self._pointed: tuple[str, str] | None = None
        self._summary: OpenMessage | None = None
        self._message: Message | None = None
        self._has_failed = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLE_MS)
        self._soon.timeout.connect(self._read_soon)
        self.destroyed.connect(desk.changes.subscribe(self._on_change))

    @property
    def summary(self) -> OpenMessage | None:
        """What the story says of it; None where no message is at hand, or it was not read yet."""
        return self._summary

    @property
    def message(self) -> Message | None:
        """All of it, once it was read."""
        return self._message

    @property
    def entry(self) -> TimelineEntry | None:
        """The timeline's selected row."""
        return self._entry

    @property
    def id(self) -> str | None:
        """Which message it is."""
        selected = self._selected
        return selected or (self._summary.id if self._summary is not None else None)

    @property
    def charge_id(self) -> str | None:
        """The charge that the selected row is about, if it is about one and the reason points to no other."""
        if self._pointed is not None:
            return self._pointed[1]
        if self._by_reason:
            return None
        if isinstance(self._entry, ChargeEntry):
            return self._entry.id
        return self._entry.charge_id if isinstance(self._entry, RefundEntry | DisputeEntry) else None

    def show_story(self, recipient_id: str | None, messages: Sequence[OpenMessage]) -> None:
        """Another story, or the same one read again."""
        if recipient_id != self._recipient_id:
            self._entry = self._message = self._pointed = None
            self._by_reason = False
        self._recipient_id, self._open = recipient_id, messages
        self._choose()

    def set_reason(self, reason: CallReason | None) -> None:
        """What the caller said they need. It points to its message, unless the selected row is of such a one:
        a story opens with its newest row selected, and that is seldom what the call is about."""
        self._reason, self._pointed = reason, None
        self._by_reason = self._is_elsewhere(reason)
        self._choose()

    def select(self, entry: TimelineEntry | None) -> None:
        """The timeline's selected row: what a person moves to counts more than what the reason points to.

        The first row is selected by itself, once it is read: a reason given before that keeps its message.
        """
        is_first = self._entry is None
        if entry is None or self._entry is None or entry.id != self._entry.id:
            self._by_reason, self._pointed = False, None
        self._entry = entry
        if is_first and entry is not None:
            self._by_reason = self._is_elsewhere(self._reason)
        self._choose()

    def point_at(self, message_id: str, charge_id: str) -> None:
        """A charge that somebody chose elsewhere than in the timeline: until another row is selected."""
        if self._pointed != (message_id, charge_id):
            self._pointed = (message_id, charge_id)
            self._choose()

    def read_now(self) -> None:
        """Read the message without waiting for the selection to settle: somebody wants to act on it."""
        self._soon.stop()
        self._read_soon()

    @property
    def _selected(self) -> str | None:
        if self._pointed is not None:
            return self._pointed[0]
        return self._entry.message_id if self._entry is not None and not self._by_reason else None

    def _is_elsewhere(self, reason: CallReason | None) -> bool:
        pointed = pointed_to(reason, self._open)
        is_charge = isinstance(self._entry, ChargeEntry | RefundEntry | DisputeEntry)
        if pointed is None or self._entry is None or (is_charge and reason is CallReason.WHAT_CHARGE):
            return False
        own = next((each for each in self._open if each.id == self._entry.message_id), None)
        if own is None or not fits(reason, own):
            return True
        # Of the right message, but the row of the charge that stays: the duplicate is meant.
        offered = {each.charge_id for each in own.diagnosis.offer.charges}
        is_payment = isinstance(self._entry, ChargeEntry) and bool(offered) and self._entry.id not in offered
        return reason is CallReason.CHARGED_TWICE and is_payment

    def _choose(self) -> None:
        selected = self._selected
        if selected is None:
            self._summary = meant(self._reason, self._open)
        else:
            self._summary = next((each for each in self._open if each.id == selected), None)
        if self._message is not None and self._message.id != self.id:
            self._message = None
        if self._message is not None and self._summary is None:
            self._summary = as_open(self._message)
        self.changed.emit()
        if self.id is not None and self._message is None:
            self._soon.start()

    def _read_soon(self) -> None:
        if self.id is not None:
            tasks.start(self._read(self.id), "reading the message")

    async def _read(self, message_id: str) -> None:
        try:
            message = await read_message(self._desk, message_id)
        except BackendFailure as failure:
            if message_id == self.id:
                self._has_failed = True
                self.failed.emit(failure.sentence)
            return
        if message_id == self.id:
            self._message = message
            self._summary = self._summary or as_open(message)
            if self._has_failed:
                self._has_failed = False
                self.failed.emit("")
            self.changed.emit()

    def _on_change(self, change: Announcement) -> None:
        if change.kind is LocalKind.CONNECTION:
            # what happened while nobody listened is not told again
            if change.id == ConnectionState.ONLINE and self.id is not None:
                self._soon.start()
            return
        # a refund or a link changes the message too; what is shown of it must not lag behind
        of_here = change.kind is ChangeKind.FACILITY or (
            change.recipient_id == self._recipient_id and change.kind is not ChangeKind.PRESENCE
        )
        if self._message is not None and of_here:
            self._soon.start()


def as_open(message: Message) -> OpenMessage:
    """A message of long ago, in the form that the story has of recent ones."""
    return OpenMessage(
        id=message.id,
        imported_id=message.imported_id,
        sender_name=message.sender.name,
        facility_name=message.facility.name,
        recorded_at=message.recorded_at,
        seconds=message.seconds,
        price_cents=message.price_cents,
        expires_at=max((link.expires_at for link in message.links), default=None),
        privileged=message.privileged,
        has_sound=message.has_sound,
        diagnosis=message.diagnosis,
    )
