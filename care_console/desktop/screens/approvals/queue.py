"""The approvals as a queue of the left column: read live, told of wherever one is, decided by keys."""

from __future__ import annotations

import logging

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from care_console.contract.approvals import Approval
from care_console.contract.changes import ChangeKind
from care_console.contract.roles import Permission, may
from care_console.desktop.backend.failures import BackendFailure, SignInNeeded
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.queries.approvals import open_approvals, read_approval
from care_console.desktop.screens.approvals import facts
from care_console.desktop.screens.approvals.centre import ApprovalCentre
from care_console.desktop.screens.approvals.decision import DecisionColumn
from care_console.desktop.screens.approvals.items import ApprovalItems, ApprovalsModel
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.queues import Queue, QueueKind
from care_console.desktop.shell.tokens import Tone

_TOGETHER_MS = 60
_DECIDES = (
    "Nothing waits for a decision",
    "What somebody asks another person to approve comes here by itself, and is told of wherever you are.",
)
_ASKS = (
    "Nothing of yours waits for another person",
    "A refund above your limits, or a correction of an opt-out, waits here until somebody else decides.",
)
_log = logging.getLogger(__name__)


class ApprovalsQueue(Queue):
    """What waits for a decision: everybody's for who decides, one's own for who does not."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent)
        staff = desk.session.staff
        self._login = staff.login if staff else ""
        self._decides = staff is not None and may(staff.role, Permission.DECIDE)
        self._empty = _DECIDES if self._decides else _ASKS
        self._open: dict[str, Approval] | None = None  # None: not read yet
        self._ended: dict[str, Approval] = {}
        self._in_front = False
        self.model = ApprovalsModel(self)
        self.list = ApprovalItems(self.model, parent)
        self.list.hide()
        self.shown = ApprovalCentre(desk, self._empty, parent)
        self.decision = DecisionColumn(desk, parent)
        self.items, self.centre, self.side = self.list, self.shown, self.decision
        self.list.picked.connect(self._picked)
        self.list.entered.connect(self.decision.begin)
        self.decision.left.connect(self._to_list)
        self.decision.decided.connect(self._decided)
        self.decision.overtaken.connect(self._look_again_at)
        self.shown.person_chosen.connect(lambda person_id: self.opened.emit(person_id, "", ""))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_TOGETHER_MS)
        self._soon.timeout.connect(self._read_now)
        self._unsubscribe = desk.changes.subscribe(self._heard)
        self._soon.start()

    def enter(self) -> None:
        """Show the oldest, or the one that was looked at."""
        self._in_front = True
        if not self.list.currentIndex().isValid() and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
        self._picked(self._current())
        self._to_list()

    def leave(self) -> None:
        """Forget what ended while it was looked at."""
        self._in_front = False
        self._ended.clear()
        self._show()

    def close(self) -> None:
        """Hear no more, and forget what was read."""
        self._unsubscribe()
        self._soon.stop()
        self.shown.close()
        self.model.show(())

    def _heard(self, change: Announcement) -> None:
        if not isValid(self):
            self._unsubscribe()
        elif change.kind is ChangeKind.APPROVAL or (
            change.kind is LocalKind.CONNECTION and change.id == "online"
        ):
            self._soon.start()

    def _read_now(self) -> None:
        tasks.start(self._read(), "reading the approvals")

    async def _read(self) -> None:
        try:
            page = await open_approvals(self.desk)
        except SignInNeeded:
            return
        except BackendFailure as failure:
            self.shown.say_nothing_waits(("The approvals could not be read", failure.sentence))
            return
        if not isValid(self):
            return
        self.shown.say_nothing_waits(self._empty)
        before, self._open = self._open, {one.id: one for one in page.items}
        others = sum(one.requested_by != self._login for one in page.items)
        self.show_count(page.total, waits=self._decides and others > 0)
        self._show()
        if before is not None:
            await self._tell_news(before, self._open)

    async def _tell_news(self, before: dict[str, Approval], now: dict[str, Approval]) -> None:
        """Who decides is told of what is new, who asked of what became of it."""
        for one in now.values():
            if one.id not in before and self._decides and one.requested_by != self._login:
                sentence = f"{facts.news_for_decider(one)} {keys.shown('queues')} shows it."
                self.said.emit(Notice(sentence, Tone.ACCENT, about=f"approval:{one.id}"))
        for one in before.values():
            if one.id not in now:
                await self._tell_end(one)

    async def _tell_end(self, gone: Approval) -> None:
        try:
            ended = await read_approval(self.desk, gone.id)
        except BackendFailure as failure:
            _log.info("what became of a request could not be read (%s)", type(failure).__name__)
            return
        if not isValid(self) or ended.is_open:
            return
        looked_at = self._current()
        if looked_at is not None and looked_at.id == ended.id and self._in_front:
            self._ended[ended.id] = ended
            self._show()
        if ended.requested_by == self._login:
            news = facts.news_for_asker(ended)
            if news is not None:
                self.said.emit(Notice(*news, about=f"approval:{ended.id}"))

    # showing

    def _show(self) -> None:
        current = self._current()
        open_now = self._open or {}
        kept = [one for one in self._ended.values() if one.id not in open_now]
        if current is not None and self._in_front and current.id not in open_now:
            # Gone from the queue while it is looked at: it stays until the eyes go on.
            kept = kept or [current]
        self.model.show(sorted((*kept, *open_now.values()), key=lambda one: (one.requested_at, int(one.id))))
        if not self.list.currentIndex().isValid() and self.model.rowCount() and self._in_front:
            self.list.setCurrentIndex(self.model.index(0))
        self._picked(self._current())
        if self._in_front and (self.shown.hasFocus() or self.list.hasFocus()):
            self._to_list()  # the focus waits where nothing was, and never stays on a list without a row

    def _current(self) -> Approval | None:
        return self.model.at(self.list.currentIndex().row())

    def _picked(self, approval: Approval | None) -> None:
        """Its story is read only while it is looked at: each reading is an entry of the audit log."""
        if not self._in_front:
            return
        for ended_id in [one for one in self._ended if approval is None or one != approval.id]:
            del self._ended[ended_id]
            self._soon.start()
        self.shown.show_approval(approval)
        self.decision.show_approval(approval)

    def _to_list(self) -> None:
        target = self.list if self.model.rowCount() else self.shown
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _decided(self, answer: Approval) -> None:
        if self._open is not None:
            self._open.pop(answer.id, None)
        self._ended[answer.id] = answer
        self._show()
        self._to_list()
        self._soon.start()

    def _look_again_at(self, _approval_id: str) -> None:
        self._soon.start()


KIND = QueueKind("approvals", "Approvals", lambda role: may(role, Permission.REFUND), ApprovalsQueue)
"""For whoever may ask for a refund: they ask here, or decide here."""
