"""What is paused, over the window: facilities and numbers; a facility is found by typing, paused, resumed.

The focus stays in the box: Up and Down move in the list, Enter opens the form for what is chosen there.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from care_console.contract.changes import ChangeKind
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.queries.pauses import facilities_page, pauses_page
from care_console.desktop.screens.pauses.lines import (
    PauseDelegate,
    PauseLine,
    PauseLines,
    line_of_facility,
    line_of_pause,
)
from care_console.desktop.screens.pauses.panel import PausePanel
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.notices import Notice as Told
from care_console.desktop.shell.notices import NoticeStrip
from care_console.desktop.shell.sheets import Sheet
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.labels import plain
from care_console.desktop.widgets.parts import Notice

PAGE = 50
_LARGEST_PAGE = 200
_TYPED_MS = 40
_TOGETHER_MS = 60
_SPINNER_AFTER_MS = 150
_TOP = 60
_SCREENFUL = 8
_MOST_WORDS = 100

Page = tuple[list[PauseLine], str | None]
"""Lines, and where the next page begins; None on the last."""


class PausesSheet(Sheet):
    """With an empty box: what is paused now, the newest first. With words: the facilities that they begin.

    `notices` tell of what was asked for here and refused after it was put away.
    """

    def __init__(self, desk: Desk, notices: NoticeStrip, parent: QWidget) -> None:
        super().__init__(parent, "pausesSheet")
        self._desk, self._notices = desk, notices
        self._cursor: str | None = None
        self._reading = 0
        self._shown_for: str | None = None  # the words that the list is of; None: nothing was read yet
        self._enter_waits = False
        self.setAccessibleName("Pauses")
        self.box = QLineEdit(self)
        self.box.setObjectName("pausesBox")
        self.box.setAccessibleName("A facility's name")
        self.box.setPlaceholderText("A facility's name, to pause or resume it")
        self.box.setMaxLength(_MOST_WORDS)
        self.heading = plain("Paused now", "section", parent=self)
        self.state, self.on_its_way = Notice("pausesState"), Notice("pausesOnItsWay")
        self.model = PauseLines(self)
        self.list = QListView(self)
        self.says = plain("", "soft", wrap=True, parent=self)
        self.panel = PausePanel(desk, self)
        self._lay_out()
        self._typed, self._together, self._slow = QTimer(self), QTimer(self), QTimer(self)
        for timer, after, does in (
            (self._typed, _TYPED_MS, self._ask),
            (self._together, _TOGETHER_MS, self._refresh),
            (self._slow, _SPINNER_AFTER_MS, self._say_reading),
        ):
            timer.setSingleShot(True)
            timer.setInterval(after)
            timer.timeout.connect(does)
        self.box.installEventFilter(self)
        self.box.textChanged.connect(self._on_typed)
        self.list.clicked.connect(lambda index: self._choose(self.model.at(index.row())))
        self.model.more_wanted.connect(self._more)
        self.panel.closed.connect(self._close_form)
        self.panel.done.connect(self._together.start)
        keys.bind(self, "timeline.new", self._refresh)
        self.close_hearing = desk.changes.subscribe(self._heard)

    def open(self) -> None:
        """Show what is paused, read anew; the same key again puts it away."""
        if self.put_away():
            return
        self.box.clear()
        self._forget()
        # As high as the window lets it be: what comes and goes around the list takes of the list's room.
        self.setFixedHeight(self._over.height() - _TOP - Space.WIDE - Space.LARGE)
        self.bring(900, _TOP)
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._show_on_its_way()
        self._ask()

    def put_away(self) -> bool:
        """Hide it, and let go of what it showed; what is half typed is kept."""
        self.panel.put_down()
        was_shown = super().put_away()
        if was_shown:
            self._forget()
        return was_shown

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The box's keys that belong to the list."""
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    # choosing

    def _key(self, key: Qt.Key) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: _SCREENFUL,
            Qt.Key.Key_PageUp: -_SCREENFUL,
        }
        if key in steps:
            row = self.list.currentIndex().row() + steps[key]
            self.list.setCurrentIndex(self.model.index(max(0, min(self.model.rowCount() - 1, row))))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._is_current:
                self._choose(self.model.at(self.list.currentIndex().row()))
            else:
                self._enter_waits = True
            return True
        return False

    def _choose(self, line: PauseLine | None) -> None:
        if line is None:
            return
        self.panel.show()
        self.panel.show_thing(line.thing, line.pause)

    def _close_form(self) -> None:
        self.panel.hide()
        if not self.isHidden():
            self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    # reading

    @property
    def _words(self) -> str:
        return " ".join(self.box.text().split())

    @property
    def _is_current(self) -> bool:
        """Whether the list is of the words that stand there now."""
        return self._shown_for == self._words

    def _on_typed(self) -> None:
        self._enter_waits = False
        if not self.isHidden() and not self._is_current:
            self._typed.start()
            self._slow.start()

    def _ask(self) -> None:
        self._reading += 1
        self._slow.start()
        tasks.start(self._read(self._reading, self._words, PAGE), "reading what is paused")

    def _refresh(self) -> None:
        if not self.isHidden():
            self._reading += 1
            limit = min(_LARGEST_PAGE, max(PAGE, self.model.rowCount()))
            tasks.start(self._read(self._reading, self._words, limit), "reading again what is paused")

    async def _read(self, number: int, words: str, limit: int) -> None:
        page = await self._page(number, words, None, limit)
        if page is None:
            return
        lines, self._cursor = page
        at = self.model.at(self.list.currentIndex().row()) if self._shown_for == words else None
        self._slow.stop()
        self._shown_for = words
        self.model.show(lines, has_more=self._cursor is not None)
        row = self.model.row_of(at.thing.subject_id) if at is not None else -1
        self.list.setCurrentIndex(self.model.index(max(0, row)))
        self.heading.setText("Facilities" if words else "Paused now")
        self.state.say("")
        self._say("" if lines else _nothing(words))
        for line in lines:
            self.panel.renew(line.thing, line.pause)
        if self._enter_waits:
            # Several may be meant; only one alone is chosen unseen.
            self._enter_waits = False
            self._choose(lines[0] if len(lines) == 1 else None)

    def _more(self) -> None:
        tasks.start(self._next(self._reading, self._words), "reading more of what is paused")

    async def _next(self, number: int, words: str) -> None:
        page = await self._page(number, words, self._cursor, PAGE)
        if page is not None:
            lines, self._cursor = page
            self.model.append(lines, has_more=self._cursor is not None)

    async def _page(self, number: int, words: str, cursor: str | None, limit: int) -> Page | None:
        """A page; None where the sheet moved on meanwhile, or there is none: then it says why."""
        now = datetime.now(UTC)
        try:
            if words:
                found = await facilities_page(self._desk, words, cursor, limit)
                page = [line_of_facility(one, now) for one in found.items], found.next_cursor
            else:
                lasting = await pauses_page(self._desk, cursor, limit)
                page = [line_of_pause(one, now) for one in lasting.items], lasting.next_cursor
        except BackendFailure as failure:
            if isValid(self) and number == self._reading:
                self._slow.stop()
                self.model.page_failed()
                again = f"{failure.sentence}\n\n{keys.shown('timeline.new')} tries again."
                self._say("" if self._is_current else again)
                self.state.say(failure.sentence if self._is_current else "", Tone.WARN)
            return None
        return page if isValid(self) and number == self._reading else None

    # what is announced

    def _heard(self, change: Announcement) -> None:
        if not isValid(self):
            self.close_hearing()
        elif change.kind is LocalKind.SESSION:
            self.put_away()
        elif change.kind is LocalKind.OUTBOX:
            self._outbox_changed(change)
        elif change.kind is ChangeKind.PAUSE or (
            change.kind is LocalKind.CONNECTION and change.id == "online"
        ):
            self._together.start()

    def _outbox_changed(self, change: Announcement) -> None:
        row = next((row for row in self._ours() if str(row.id) == change.id), None)
        if row is not None and row.state is PendingState.REFUSED:
            if self.isHidden():
                what = "paused" if row.verb is Verb.PAUSE else "resumed"
                sentence = f"What was to be {what} was refused: {row.problem or 'nothing was done.'}"
                self._notices.say(Told(sentence, Tone.BAD, about=f"pause:{row.id}"))
            # No story has it among what is on its way: said here, it is done with; its words are a draft.
            tasks.start(self._desk.outbox.dismiss(row.id), "putting a refusal away")
        if not self.isHidden():
            self._show_on_its_way()

    def _ours(self) -> list[PendingAction]:
        """What was asked for from here, and not from a caller's story."""
        verbs = (Verb.PAUSE, Verb.RESUME)
        return [row for row in self._desk.outbox.pending() if row.verb in verbs and row.recipient_id is None]

    # showing

    def _forget(self) -> None:
        self._reading += 1
        self._cursor, self._shown_for, self._enter_waits = None, None, False
        for timer in (self._typed, self._together, self._slow):
            timer.stop()
        self.model.show((), has_more=False)
        self.state.say("")
        self._say("")

    def _show_on_its_way(self) -> None:
        live = sum(row.is_live for row in self._ours())
        words = "One is on its way, and not done" if live == 1 else f"{live} are on their way, and not done"
        self.on_its_way.say(f"{words} before the service has said so." if live else "", Tone.ACCENT)

    def _say_reading(self) -> None:
        if not self.isHidden() and not self._is_current:
            self._say("Looking …" if self._words else "Reading what is paused …")

    def _say(self, words: str) -> None:
        self.says.setText(words)
        self._body.setCurrentWidget(self.says if words else self.list)

    def _lay_out(self) -> None:
        self.list.setObjectName("pausesList")
        self.list.setAccessibleName("What is paused, or can be")
        self.list.setModel(self.model)
        self.list.setItemDelegate(PauseDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.panel.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.setSpacing(Space.SMALL)
        title = plain("Pauses", "title", parent=self)
        for part in (title, self.box, self.on_its_way, self.state, self.heading):
            column.addWidget(part)
        self._body = QStackedLayout()
        self._body.addWidget(self.list)
        self._body.addWidget(self.says)
        column.addLayout(self._body, 1)
        column.addWidget(self.panel)
        hint = f"Enter chooses · {keys.shown('commit')} does it · {keys.shown('back')} steps back"
        column.addWidget(plain(hint, "hint", parent=self))


def _nothing(words: str) -> str:
    if words:
        return f"No facility is called “{words}”."
    return (
        "Nothing is paused now.\n\nType a facility's name to pause it; a number is paused from its caller's "
        f"story, with {keys.shown('pause.open')}."
    )
