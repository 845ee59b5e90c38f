"""Keeps who is open, and where each was left, so that a desk that ends or dies opens again as it was.

Two drafts a caller: the place (kind ``caller``, written here, there only while the caller is open) and the
call (kind ``contact``, written by the wrap-up, gone in the transaction that stores the call). After a restart
those are open again that have both; a call alone, closed without its wrap-up, waits under Recent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from care_console.contract.timeline import EntryKind
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import Verb
from care_console.desktop.screens.story.open_callers import AT_MOST, OpenCaller, OpenCallers
from care_console.desktop.shell import tasks
from care_console.desktop.store.store import Draft

PLACE = "caller"
_EVERY_MS = 1000


class CallerKeeper(QObject):
    """Writes places down, and opens callers from them. `offered` fires with how many calls came back."""

    offered = Signal(int)

    def __init__(self, desk: Desk, callers: OpenCallers, look: Callable[[], None], parent: QObject) -> None:
        """`look` is asked to put down where the caller in front stands now."""
        super().__init__(parent)
        self._desk, self._callers, self._look = desk, callers, look
        self._kept: dict[str, dict[str, Any]] = {}
        self.taken_up_for = ""
        self._ticks = QTimer(self)
        self._ticks.setInterval(_EVERY_MS)
        self._ticks.timeout.connect(self.keep)
        self._unsubscribe = desk.changes.subscribe(self._heard)
        callers.changed.connect(self._soon)
        self._take_up()

    def close(self) -> None:
        """Keep what there is, and hear no more."""
        self._unsubscribe()
        self._ticks.stop()
        self.keep()

    def keep(self) -> None:
        """Write down what changed since it was written last."""
        if not self._is_in() or self._login() != self.taken_up_for:
            return
        self._look()
        now = {caller.recipient_id: self._place(n, caller) for n, caller in enumerate(self._callers.callers)}
        for gone in self._kept.keys() - now.keys():
            tasks.start(self._desk.store.drop_draft(PLACE, gone), "forgetting a place", keeps=True)
        for recipient_id, place in now.items():
            if self._kept.get(recipient_id) != place:
                saving = self._desk.store.save_draft(PLACE, recipient_id, place)
                tasks.start(saving, "keeping a place", keeps=True)
        self._kept = now

    def _soon(self) -> None:
        QTimer.singleShot(0, self, self.keep)

    def _place(self, number: int, caller: OpenCaller) -> dict[str, Any]:
        return {
            "by": self._login(),
            "place": number,
            "name": caller.name,
            "phone": caller.phone,
            "scroll": caller.scroll if caller.scroll_wanted is None else caller.scroll_wanted,
            "selected": caller.selected_key,
            "kinds": sorted(kind.value for kind in caller.kinds),
            "in_front": caller is self._callers.front,
        }

    # opening again

    def _heard(self, change: Announcement) -> None:
        if change.kind is LocalKind.SESSION:
            self._take_up()

    def _take_up(self) -> None:
        """Once for each person who signs in, after the work of the one before them is gone."""
        if self._desk.session.state is SessionState.SIGNED_OUT:
            self.taken_up_for, self._kept = "", {}
            self._ticks.stop()
        elif self._is_in() and self._login() != self.taken_up_for:
            self._kept = {}
            tasks.start(self._open_again(self._login()), "opening the callers of before")

    async def _open_again(self, login: str) -> None:
        drafts = await self._desk.store.drafts()
        if not self._is_in() or login != self._login() or login == self.taken_up_for:
            return
        self.taken_up_for = login
        mine = [draft for draft in drafts if draft.fields.get("by") == login]
        calls = {draft.subject_id: draft for draft in mine if draft.kind == Verb.CONTACT}
        places = [draft for draft in mine if draft.kind == PLACE]
        places.sort(key=lambda draft: int(draft.fields.get("place") or 0))
        opened = [place for place in places if place.subject_id in calls][:AT_MOST]
        touched = [one for one in calls.values() if is_touched(one.fields)]
        for place in opened:
            self._open(place)
        for call in touched:
            name = str(call.fields.get("name") or "")
            self._callers.remember(call.subject_id, name, str(call.fields.get("phone") or ""))
        front = next((place for place in opened if place.fields.get("in_front")), None)
        caller = self._callers.get(front.subject_id) if front is not None else None
        if caller is not None and self._callers.front is None:
            self._callers.bring_to_front(caller)
        self._ticks.start()
        self.keep()
        if touched:
            self.offered.emit(len(touched))

    def _open(self, place: Draft) -> None:
        fields = place.fields
        if self._callers.get(place.subject_id) is not None:
            return
        caller = self._callers.add(
            place.subject_id, str(fields.get("name") or ""), str(fields.get("phone") or "")
        )
        known = set(EntryKind)
        caller.kinds = frozenset(EntryKind(kind) for kind in fields.get("kinds") or () if kind in known)
        caller.selected_key = caller.wanted_key = fields.get("selected")
        caller.scroll_wanted = int(fields.get("scroll") or 0) or None

    def _is_in(self) -> bool:
        return self._desk.session.state is SessionState.SIGNED_IN

    def _login(self) -> str:
        staff = self._desk.session.staff
        return staff.login if staff is not None else ""


def is_touched(call: Mapping[str, Any]) -> bool:
    """Whether anything was said, done or written in a kept call."""
    return bool(call.get("reason") or call.get("deeds") or str(call.get("note") or "").strip())
