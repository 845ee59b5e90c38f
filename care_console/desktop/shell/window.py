"""The one window: what its parts do together, and what each key does now."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind, SearchHit
from care_console.contract.timeline import EntryKind, TimelineEntry
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.queries.find import FindAnswer, find
from care_console.desktop.screens.search.finder import Finder
from care_console.desktop.screens.search.sheet import HitsSheet
from care_console.desktop.screens.story.open_callers import OpenCaller, OpenCallers
from care_console.desktop.screens.story.pending_keys import PendingKeys
from care_console.desktop.screens.story.reading import StoryReader
from care_console.desktop.shell import keys, tasks, theme
from care_console.desktop.shell.callers import CallerLine
from care_console.desktop.shell.door import Door
from care_console.desktop.shell.frame import Frame, MakePart, Side
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.panes import step
from care_console.desktop.shell.sheets import Command, CommandSheet, KeySheet
from care_console.desktop.shell.tokens import Look, Tone
from care_console.desktop.widgets.timeline.rows import Row

_ROW_OF_HIT = {HitKind.MESSAGE: EntryKind.MESSAGE, HitKind.CHARGE: EntryKind.CHARGE}
_TEXT_SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class DeskWindow(QMainWindow):
    """The desk. `closed` fires when it was closed, after what was being typed is safe."""

    closed = Signal()

    def __init__(self, desk: Desk, make_side: MakePart, make_sign_in: MakePart) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.setWindowTitle("Care console")
        self.setMinimumSize(1024, 640)
        self._desk = desk
        self.callers = OpenCallers(self)
        self.reader = StoryReader(desk, self.callers, self)
        self.frame = Frame(self, make_side, make_sign_in)
        self.setCentralWidget(self.frame)
        self.finder = Finder(self._ask, self)
        self.hits = HitsSheet(self.frame.top.find_box, self.finder, self)
        self.command_sheet = CommandSheet(self, self._commands)
        self.key_sheet = KeySheet(self)
        self._pending_keys = PendingKeys(desk, self.frame.story.timeline)
        self._connect()
        self._bind_keys()
        tasks.report_to(self._task_failed)
        self._unsubscribe = desk.changes.subscribe(self._heard)
        QApplication.instance().focusChanged.connect(self._focus_changed)  # type: ignore[union-attr]
        self.door = Door(desk, self.frame, self.callers, self.reader)
        self.door.show()
        self._show_desk_state()

    @property
    def side(self) -> Side:
        """The column at the right."""
        return cast(Side, self.frame.side_widget)

    def say(self, notice: Notice) -> None:
        """Show a notice."""
        self.frame.notices.say(notice)

    def open_caller(self, recipient_id: str, name: str, phone: str, wanted_key: str | None = None) -> None:
        """Open a caller's story, at a row if one is named."""
        caller, is_new = self.callers.open(recipient_id, name, phone)
        caller.wanted_key = wanted_key
        if is_new:
            self.reader.read(caller)
        elif wanted_key is not None:
            self.frame.story.page_read()
            if caller.wanted_key is not None:
                self.reader.read_page(caller)
        self.frame.story.timeline.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_look(self, look: Look) -> None:
        """Another theme."""
        self._dress(look, theme.current().sizes.scale)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing asks nothing and loses nothing: whoever runs the desk ends it in order."""
        self.reader.close()
        self._pending_keys.close()
        self._unsubscribe()
        tasks.report_to(None)
        event.accept()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sheet of hits hangs on the find box; the columns share the width anew."""
        super().resizeEvent(event)
        self.frame.spread(event.size().width())
        if self.hits.isVisible():
            self.hits.place()

    # wiring

    def _connect(self) -> None:
        frame = self.frame
        self.finder.opened.connect(self._open_hit)
        self.callers.front_changed.connect(self._front_changed)
        self.callers.changed.connect(self._show_callers)
        self.callers.gave_way.connect(self._gave_way)
        self.reader.story_read.connect(self._story_read)
        self.reader.page_read.connect(self._page_read)
        self.reader.failed.connect(self._read_failed)
        frame.callers.chosen.connect(self._choose)
        frame.story.row_selected.connect(self._row_selected)
        frame.story.filter_changed.connect(self.reader.read_page)
        frame.story.person_chosen.connect(self._person_chosen)

    def _bind_keys(self) -> None:
        for name, slot in {
            "find": self._find,
            "caller.next": lambda: self._step_caller(1),
            "caller.previous": lambda: self._step_caller(-1),
            "caller.close": self._close_caller,
            "timeline.new": self._renew,
            "refund.open": lambda: self._act(self.side.refund),
            "reissue.open": lambda: self._act(self.side.reissue),
            "stop.open": self._stop_texts,
            "preview.open": lambda: self._act(self.side.preview),
            "back": self._back,
            "pane.next": lambda: self._step_pane(1),
            "pane.previous": lambda: self._step_pane(-1),
            "commands": self.command_sheet.open,
            "keys": self.key_sheet.open,
            "text.larger": lambda: self._scale_text(1),
            "text.smaller": lambda: self._scale_text(-1),
            "quit": self.close,
        }.items():
            keys.bind(self, name, slot)

    # finding and opening

    async def _ask(self, words: str) -> FindAnswer:
        return await find(self._desk, words)

    def _find(self) -> None:
        self.frame.top.find_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.frame.top.find_box.selectAll()

    def _open_hit(self, hit: SearchHit) -> None:
        kind = _ROW_OF_HIT.get(hit.kind)
        self.open_caller(hit.recipient_id, hit.name, hit.phone, f"{kind}:{hit.id}" if kind else None)

    def _person_chosen(self, recipient_id: str) -> None:
        front = self.callers.front
        if front is not None and front.view is not None:
            people = {person.id: person.name for person in front.view.story.on_this_number}
            self.open_caller(recipient_id, people.get(recipient_id, ""), front.phone)

    def _choose(self, recipient_id: str) -> None:
        recent = next((one for one in self.callers.recents if one.recipient_id == recipient_id), None)
        caller = self.callers.get(recipient_id)
        if caller is not None:
            self.callers.bring_to_front(caller)
            self.frame.story.timeline.setFocus(Qt.FocusReason.OtherFocusReason)
        elif recent is not None:
            self.open_caller(recent.recipient_id, recent.name, recent.phone)

    def _gave_way(self, who: str) -> None:
        self.say(
            Notice(f"{who} went to Recent, since five are open. What was half-filled is kept.", about="room")
        )

    def _step_caller(self, by: int) -> None:
        self.callers.step(by)
        if self.callers.front is not None:
            self.frame.story.timeline.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_caller(self) -> None:
        if self.callers.front is not None:
            self.frame.story.leave()
            self.callers.close(self.callers.front)

    # the caller in front

    def _front_changed(self) -> None:
        front = self.callers.front
        self.frame.story.put(front)
        self.frame.top.timer.run_from(front.began if front else None)
        self.frame.side_widget.setVisible(front is not None)
        if front is not None and front.view is not None:
            self.side.show_story(front.view)
            self._row_selected(self.frame.story.timeline.selected_row())
        self._show_front(front)

    def _show_front(self, front: OpenCaller | None) -> None:
        view = front.view if front else None
        self.frame.top.show_budget(view.story.refund_budget if view else None)
        self._show_keys()

    def _story_read(self, caller: OpenCaller) -> None:
        self._show_callers()
        self.frame.notices.put_away("story")
        if caller is not self.callers.front or caller.view is None:
            return
        self.frame.story.story_read()
        self.side.show_story(caller.view)
        self._show_front(caller)

    def _page_read(self, caller: OpenCaller) -> None:
        if caller is self.callers.front:
            self.frame.story.page_read()

    def _read_failed(self, caller: OpenCaller) -> None:
        if caller is self.callers.front:
            self.frame.story.page_read()
            if caller.model.loaded:
                self.say(Notice(caller.trouble, Tone.WARN, about="story"))

    def _row_selected(self, row: Row | None) -> None:
        pending = row is None or isinstance(row.origin, PendingAction)
        self.side.select_entry(None if pending else cast(TimelineEntry, row.origin) if row else None)

    def _renew(self) -> None:
        front = self.callers.front
        if front is None:
            return
        if front.model.waiting:
            self.frame.story.show_new()
        else:
            self.reader.read_again(front)

    def _act(self, slot: Callable[[], object]) -> None:
        if self.callers.front is not None and self.callers.front.view is not None:
            slot()
        else:
            self.say(Notice("Open a caller first: F2 finds one.", about="act"))

    def _stop_texts(self) -> None:
        """For the caller in front; for a typed number that finds nobody, too."""
        phone = self.finder.unknown_phone
        if phone is None:
            self._act(self.side.stop_texts)
            return
        self.hits.hide()
        self.frame.story.leave()
        self.callers.bring_to_front(None)
        self.frame.side_widget.show()
        self.side.stop_texts_for(phone)

    # the window's own keys

    def _back(self) -> None:
        """The innermost thing that can step back does; nothing typed is lost."""
        if self.command_sheet.put_away() or self.key_sheet.put_away():
            return
        if not self.hits.isHidden():
            self.hits.hide()
            return
        if self._pane_steps_back() or self.frame.notices.put_away_newest():
            return
        if self.callers.front is not None:
            self.frame.story.timeline.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pane_steps_back(self) -> bool:
        at: QWidget | None = QApplication.focusWidget()
        while at is not None and at is not self:
            step_back = getattr(at, "step_back", None)
            if callable(step_back) and step_back():
                return True
            at = at.parentWidget()
        step_back = getattr(self.frame.side_widget, "step_back", None)
        return bool(callable(step_back) and step_back())

    def _step_pane(self, by: int) -> None:
        step(self.frame.panes(), by)

    def _scale_text(self, by: int) -> None:
        scales = list(_TEXT_SCALES)
        now = scales.index(min(scales, key=lambda scale: abs(scale - theme.current().sizes.scale)))
        self._dress(theme.current().look, scales[max(0, min(len(scales) - 1, now + by))])

    def _dress(self, look: Look, scale: float) -> None:
        theme.apply(cast(QApplication, QApplication.instance()), look, scale)
        self.frame.spread(self.width())
        self.frame.story.timeline.doItemsLayout()
        self._show_callers()

    def _commands(self) -> list[Command]:
        listed = [
            Command(action.label, lambda name=name: keys.press(name), name)  # type: ignore[misc]
            for name, action in keys.KEY_MAP.items()
            if name not in ("commands", "back") and keys.works_now(name)
        ]
        for look, label in (
            (Look.LIGHT, "Light theme"),
            (Look.DARK, "Dark theme"),
            (Look.HIGH_CONTRAST, "High contrast"),
        ):
            listed.append(Command(label, lambda look=look: self.set_look(look)))  # type: ignore[misc]
        return listed

    # what is announced

    def _heard(self, change: Announcement) -> None:
        match change.kind:
            case LocalKind.SESSION:
                self.door.show()
            case LocalKind.OUTBOX:
                self._show_callers()
                self._tell_of_refused(change.id)
            case _:
                pass
        self._show_desk_state()

    def _tell_of_refused(self, row_id: str) -> None:
        for action in self._desk.outbox.pending():
            if str(action.id) == row_id and action.state is PendingState.REFUSED and action.problem:
                self.say(Notice(f"Refused. {action.problem}", Tone.BAD, about=row_id))

    def _show_desk_state(self) -> None:
        session, pending = self._desk.session, [row for row in self._desk.outbox.pending() if row.is_live]
        stops = sum(row.verb is Verb.OPT_OUT for row in pending)
        self.frame.top.show_connection(self._desk.backend.connection, session.state)
        self.frame.top.show_outbox(stops, len(pending) - stops)
        staff = session.staff
        self.frame.status.who.setText(f"{staff.login}, {staff.role}" if staff else "Nobody is signed in")
        self._show_keys()

    def _show_callers(self) -> None:
        lines = tuple(
            CallerLine(
                one.recipient_id, one.name, one.shown_phone, len(self._desk.outbox.pending(one.recipient_id))
            )
            for one in self.callers.callers
        )
        front = self.callers.front
        self.frame.callers.show_callers(lines, front.recipient_id if front else None)
        self.frame.callers.show_recents(
            tuple(
                CallerLine(one.recipient_id, one.name, display_phone(one.phone))
                for one in self.callers.recents
            )
        )

    def _show_keys(self) -> None:
        signed_in = self._desk.session.state is SessionState.SIGNED_IN
        has_story = signed_in and self.callers.front is not None and self.callers.front.view is not None
        acts = dict.fromkeys(("refund.open", "reissue.open", "stop.open", "preview.open"), has_story)
        usable = {**acts, "find": signed_in, "caller.next": len(self.callers.callers) > 1}
        if QApplication.activeModalWidget() is not None:
            usable = {name: name in ("commit", "back") for name in keys.KEY_MAP}
        self.frame.status.refresh(usable)

    def _focus_changed(self, _old: QWidget | None, _new: QWidget | None) -> None:
        QTimer.singleShot(0, self, self._show_keys)

    def _task_failed(self, name: str, trouble: BaseException) -> None:
        if isinstance(trouble, BackendFailure):
            self.say(Notice(trouble.sentence, Tone.BAD, about=name))
        else:
            sentence = f"The desk made a mistake while {name}. What is on its way is kept; the log says more."
            self.say(Notice(sentence, Tone.BAD, about=name))
