"""The one window: puts its parts together and binds its keys. What they do is in the files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow

from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.queries.find import FindAnswer, find
from care_console.desktop.screens.pauses.sheet import PausesSheet
from care_console.desktop.screens.search.finder import Finder
from care_console.desktop.screens.search.sheet import HitsSheet
from care_console.desktop.screens.story.keeping import CallerKeeper
from care_console.desktop.screens.story.open_callers import OpenCallers
from care_console.desktop.screens.story.pending_keys import PendingKeys
from care_console.desktop.screens.story.presence import WhoIsHere, in_words
from care_console.desktop.screens.story.reading import StoryReader
from care_console.desktop.settings import SettingsFile
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.back import Back
from care_console.desktop.shell.clock import Clock
from care_console.desktop.shell.command_sheet import CommandSheet
from care_console.desktop.shell.commands import Commands
from care_console.desktop.shell.door import Door
from care_console.desktop.shell.dress import Dress
from care_console.desktop.shell.frame import Frame, MakePart, Side
from care_console.desktop.shell.front import Front
from care_console.desktop.shell.key_sheet import KeySheet
from care_console.desktop.shell.leaving import Leaving
from care_console.desktop.shell.links import Links
from care_console.desktop.shell.lock import Lock
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.number_sheets import NumberSheets
from care_console.desktop.shell.opening import Opening
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.preferences import Preferences
from care_console.desktop.shell.queue_view import QueueView
from care_console.desktop.shell.queues import QueueKind
from care_console.desktop.shell.said_sheet import SaidSheet
from care_console.desktop.shell.session_end import SessionEnd
from care_console.desktop.shell.standing import Standing
from care_console.desktop.shell.telephone import Telephone
from care_console.desktop.shell.tokens import Look, Tone


class DeskWindow(QMainWindow):
    """The desk. `closed` fires when it was closed, after what was being typed is safe."""

    closed = Signal()

    def __init__(
        self,
        desk: Desk,
        make_side: MakePart,
        make_sign_in: MakePart,
        settings: SettingsFile,
        queues: Sequence[QueueKind] = (),
        clock: Clock | None = None,
        begins_locked: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.setWindowTitle("Care console")
        self.setMinimumSize(1024, 640)
        self._desk = desk
        self.clock = clock or Clock(self)
        self.callers = OpenCallers(self, self.clock.seconds)
        self.reader = StoryReader(desk, self.callers, self)
        self.frame = Frame(self, make_side, make_sign_in, self.clock)
        self.setCentralWidget(self.frame)
        self.finder = Finder(self._ask, self)
        self.hits = HitsSheet(self.frame.top.find_box, self.finder, self)
        self.parts = Parts(desk, self.frame, self.callers, self.reader, self.finder, self.hits)
        self.opening = Opening(self.parts, self)
        self.front = Front(self.parts, self)
        self.telephone = Telephone(self.parts)
        self.leaving = Leaving(self.parts, self.clock)
        self.queues = QueueView(self.parts, queues, self)
        self.queues.opened.connect(self.open_caller)
        self.dress = Dress(self)
        self.commands = Commands(self.parts, self.front, self.dress)
        self.command_sheet = CommandSheet(self, self.commands.now)
        self.key_sheet = KeySheet(self)
        self.said_sheet = SaidSheet(desk, self.frame.notices, self.clock, self)
        self.pauses = PausesSheet(desk, self.frame.notices, self)
        self.of_number = NumberSheets(self.parts, self.front, self, (self.pauses,))
        sheets = (self.command_sheet, self.key_sheet, self.said_sheet, self.pauses, *self.of_number.all)
        self._back = Back(self.parts, sheets, self)
        self._pending_keys = PendingKeys(desk, self.frame.story.timeline)
        self.lock = Lock(desk, self.clock, self, begins_locked=begins_locked)
        self.session_end = SessionEnd(self.parts, self.clock, self)
        self.links = Links(self.parts, self.opening, self.lock, self.clock, self)
        self.links.called.connect(self.side.set_call_id)
        self._bind_keys()
        tasks.report_to(self._task_failed)
        self.door = Door(desk, self.frame, self.callers, self.reader)
        self.door.show()
        self.standing = Standing(self.parts, self.front, self.door, self.clock, self)
        self.keeper = CallerKeeper(desk, self.callers, self.frame.story.leave, self)
        self.keeper.offered.connect(self.opening.offered)
        self.here = WhoIsHere(desk, self.callers, lambda: self.side.is_reviewing, self)
        self.here.changed.connect(self._show_here)
        self.front.changed.connect(self._show_here)
        self.side.reviewing.connect(self.here.look)
        self.dress.changed.connect(self._dressed)
        self.preferences = Preferences(desk, settings, self.dress, self.key_sheet, self)
        keys.teller().changed.connect(self.standing.show_all)
        if desk.store.notice is not None:
            self.say(Notice(desk.store.notice, Tone.WARN, about="store"))

    @property
    def side(self) -> Side:
        """The column at the right."""
        return self.parts.side

    def say(self, notice: Notice) -> None:
        """Show a notice."""
        self.parts.say(notice)

    def open_caller(self, recipient_id: str, name: str, phone: str, wanted_key: str | None = None) -> None:
        """Open a caller's story, at a row if one is named."""
        self.opening.open_caller(recipient_id, name, phone, wanted_key)

    def set_look(self, look: Look) -> None:
        """Another theme."""
        self.dress.set_look(look)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing asks nothing and loses nothing: whoever runs the desk ends it in order."""
        self.finder.stop()
        self.keeper.close()
        self.here.close()
        self.side.show_nobody()
        self.reader.close()
        self._pending_keys.close()
        self.queues.close()
        self.standing.close()
        self.preferences.close()
        self.links.close()
        self.said_sheet.close_hearing()
        self.of_number.close()
        self.pauses.close_hearing()
        self.lock.close()
        self.session_end.close()
        tasks.report_to(None)
        event.accept()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sheet of hits hangs on the find box; the columns share the width anew."""
        super().resizeEvent(event)
        self.frame.spread(event.size().width())
        if self.hits.isVisible():
            self.hits.place()

    def _bind_keys(self) -> None:
        slots: dict[str, keys.Slot] = {
            "find": self.opening.find,
            "caller.next": partial(self.opening.step, 1),
            "caller.previous": partial(self.opening.step, -1),
            "caller.close": self._close_front,
            "queues": lambda: self.queues.step(),
            "caller.ring": lambda: self.front.act(self.telephone.ring),
            "timeline.new": self.front.renew,
            "texts.open": lambda: self.front.act(self.of_number.show_texts),
            "prepaid.open": lambda: self.front.act(self.of_number.show_prepaid),
            "receipt.open": lambda: self.front.act(self.side.send_receipt),
            "pauses.open": self._show_pauses,
            "pause.open": lambda: self.front.act(self.side.pause),
            "reach.clear": lambda: self.front.act(self.of_number.clear_reach),
            "refund.open": lambda: self.front.act(self.side.refund),
            "reissue.open": lambda: self.front.act(self.side.reissue),
            "stop.open": self.front.stop_texts,
            "correction.open": lambda: self.front.act(self.side.correct_opt_out),
            "preview.open": lambda: self.front.act(self.side.preview),
            "preview.louder": lambda: self.front.act(self.side.preview_louder),
            "language": lambda: self.front.act(self._turn_language),
            "wrap_up": lambda: self.front.act(self.side.wrap_up),
            "note.keep": lambda: self.front.act(self.side.keep_note),
            "back": lambda: self._back.step() or self.queues.step_back(),
            "pane.next": partial(self._back.pane, 1),
            "pane.previous": partial(self._back.pane, -1),
            "commands": self.command_sheet.open,
            "keys": self.key_sheet.open,
            "text.larger": lambda: self.dress.scale_text(1),
            "text.smaller": lambda: self.dress.scale_text(-1),
            "notices": self.said_sheet.open,
            "lock": self.lock.by_key,
            "sign_out": self.leaving.sign_out,
            "quit": self.close,
        }
        for name, slot in slots.items():
            keys.bind(self, name, slot)
        # with the hands on the timeline and nothing there to commit, it is the call that is committed
        keys.bind(self.frame.story, "commit", slots["wrap_up"])

    def _close_front(self) -> None:
        if self.callers.front is None:
            self.queues.put_back()
        else:
            self.opening.close_front()

    def _show_pauses(self) -> None:
        for sheet in self.of_number.all:
            sheet.put_away()
        self.pauses.open()

    def _turn_language(self) -> None:
        self.frame.story.header.turn_language()
        self.side.turn_language()

    async def _ask(self, words: str) -> FindAnswer:
        return await find(self._desk, words)

    def _show_here(self) -> None:
        front = self.callers.front
        words, tone = in_words(self.here.at(front.recipient_id if front else None))
        self.frame.story.header.show_here(words, tone)

    def _dressed(self) -> None:
        self.frame.spread(self.width())
        self.frame.story.timeline.doItemsLayout()
        self.standing.show_callers()

    def _task_failed(self, name: str, trouble: BaseException) -> None:
        if isinstance(trouble, BackendFailure):
            self.say(Notice(trouble.sentence, Tone.BAD, about=name))
        else:
            sentence = f"The desk made a mistake while {name}. What is on its way is kept; the log says more."
            self.say(Notice(sentence, Tone.BAD, about=name))
