"""Reads the log page by page into the list, and keeps what is new out of the way until it is asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from care_console.contract.changes import ChangeKind
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.queries.opt_outs import LogFilter, log_page
from care_console.desktop.screens.opt_out_log.lines import row_of
from care_console.desktop.shell.tasks import start
from care_console.desktop.widgets.timeline.model import TimelineModel

MOST_HELD = 20_000
"""Rows kept in memory. Nobody reads further by scrolling: another time or number goes there at once."""
_LOOK_AGAIN_MS = 2000


class LogReader(QObject):
    """One list. `counted` fires with the exact total, `came` with each page, `troubled` with a sentence."""

    counted = Signal(int)
    came = Signal()
    troubled = Signal(str)

    def __init__(self, desk: Desk, wanted: LogFilter, parent: QObject) -> None:
        super().__init__(parent)
        self.model = TimelineModel(self)
        self.wanted = wanted
        self.total: int | None = None
        self.trouble = ""
        self.is_full = False
        self._desk = desk
        self._cursor: str | None = None
        self._reading = 0
        self._is_shown = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LOOK_AGAIN_MS)
        self._soon.timeout.connect(self._look_again)
        self.model.more_wanted.connect(self._more)
        self._unsubscribe = desk.changes.subscribe(self._heard)

    def close(self) -> None:
        """Hear no more."""
        self._unsubscribe()
        self._soon.stop()

    def show(self, wanted: LogFilter | None = None) -> None:
        """Read from the top, of another filter if one is given."""
        self._is_shown = True
        self.wanted = wanted or self.wanted
        start(self._first(), "reading the opt-out log")

    def rest(self) -> None:
        """Nobody looks: only what is counted is kept true."""
        self._is_shown = False

    def count(self) -> None:
        """Read how many there are, and no more."""
        start(self._count(), "counting the opt-out log")

    async def _first(self) -> None:
        self._reading += 1
        number, self.trouble = self._reading, ""
        try:
            page = await log_page(self._desk, self.wanted)
        except BackendFailure as failure:
            self._failed(number, failure)
            return
        if number != self._reading:
            return
        self._cursor, self.is_full = page.next_cursor, False
        self.model.restart([row_of(row) for row in page.items], has_more=page.next_cursor is not None)
        self._count_is(page.total)
        self.came.emit()

    def _more(self) -> None:
        if self.model.rowCount() >= MOST_HELD:
            self.is_full = True
            self.model.append((), has_more=False)
            self.came.emit()
        else:
            start(self._next(self._reading), "reading more of the opt-out log")

    async def _next(self, number: int) -> None:
        try:
            page = await log_page(self._desk, self.wanted, self._cursor)
        except BackendFailure as failure:
            self._failed(number, failure)
            return
        if number != self._reading:
            return
        self._cursor = page.next_cursor
        self.model.append([row_of(row) for row in page.items], has_more=page.next_cursor is not None)
        self._count_is(page.total)
        self.came.emit()

    async def _count(self) -> None:
        number = self._reading
        try:
            page = await log_page(self._desk, self.wanted, limit=1)
        except BackendFailure as failure:
            self._failed(number, failure)
            return
        if number == self._reading:
            self._count_is(page.total)

    async def _newest(self) -> None:
        """What came since waits behind its button; a count that fell means that something was decided."""
        number = self._reading
        try:
            page = await log_page(self._desk, self.wanted)
        except BackendFailure:
            return  # said by the connection's own sign; the next change looks again
        if number == self._reading:
            rows = [row_of(row) for row in page.items]
            if self.wanted.waiting:
                self.model.take_out_missing(rows, whole=page.next_cursor is None)
            self.model.merge_newest(rows)
            self._count_is(page.total)
            self.came.emit()

    def look_again(self) -> None:
        """Somebody looks again: what came meanwhile waits behind its button."""
        self._is_shown = True
        self._look_again()

    def _look_again(self) -> None:
        if self._is_shown and self.model.loaded:
            start(self._newest(), "looking at the opt-out log again")
        else:
            self.count()

    def _heard(self, change: Announcement) -> None:
        is_back = change.kind is LocalKind.CONNECTION and change.id == ConnectionState.ONLINE
        if is_back and self.trouble:
            self.show() if self._is_shown else self.count()
        elif (is_back or change.kind is ChangeKind.CONSENT) and not self._soon.isActive():
            self._soon.start()  # a hundred a second are looked at once in two seconds

    def _count_is(self, total: int) -> None:
        self.total = total
        self.counted.emit(total)

    def _failed(self, number: int, failure: BackendFailure) -> None:
        if number == self._reading:
            self.trouble = failure.sentence
            self.model.page_failed()
            self.troubled.emit(failure.sentence)
