"""The caller in front: shown as their story arrives, and what the keys that act do to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from PySide6.QtCore import QObject, Signal

from care_console.contract.timeline import TimelineEntry
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.screens.story.open_callers import OpenCaller
from care_console.desktop.screens.wrap_up.call import Call
from care_console.desktop.shell import keys
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.timeline.rows import Row


class Front(QObject):
    """`changed` fires when another caller is in front, or the same one was read again."""

    changed = Signal()

    def __init__(self, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._shown: OpenCaller | None = None
        parts.callers.front_changed.connect(self._front_changed)
        parts.side.ruled.connect(parts.frame.top.show_ruling)
        parts.reader.story_read.connect(self._story_read)
        parts.reader.page_read.connect(self._page_read)
        parts.reader.failed.connect(self._read_failed)
        parts.frame.story.row_selected.connect(self._row_selected)
        parts.frame.story.filter_changed.connect(parts.reader.read_page)
        parts.side.began.connect(self._call_began)

    @property
    def has_story(self) -> bool:
        """Whether there is somebody to act for."""
        front = self._parts.callers.front
        return front is not None and front.view is not None

    def act(self, slot: Callable[[], object]) -> None:
        """Do what a key asks for, if there is somebody to do it for."""
        if self.has_story:
            slot()
        else:
            self._parts.say(Notice(f"Open a caller first: {keys.shown('find')} finds one.", about="act"))

    def stop_texts(self) -> None:
        """For the caller in front; for a typed number that finds nobody, too."""
        parts, phone = self._parts, self._parts.finder.unknown_phone
        if phone is None:
            self.act(parts.side.stop_texts)
            return
        parts.hits.hide()
        parts.frame.story.leave()
        parts.callers.bring_to_front(None)
        parts.frame.side_widget.show()
        parts.side.stop_texts_for(phone)

    def renew(self) -> None:
        """Show the rows that wait; where none do, read the story again."""
        front = self._parts.callers.front
        if front is None:
            return
        if front.model.waiting:
            self._parts.frame.story.show_new()
        else:
            self._parts.reader.read_again(front)

    def _front_changed(self) -> None:
        parts, front = self._parts, self._parts.callers.front
        parts.frame.story.put(front)
        self._run_timer(front)
        parts.frame.side_widget.setVisible(front is not None)
        self._shown = front if front is not None and front.view is not None else None
        if front is not None and front.view is not None:
            parts.side.show_story(front.view)
            self._row_selected(parts.frame.story.timeline.selected_row())
        else:
            parts.side.show_nobody()
        if front is not None:
            parts.reader.read(front)
        self._show(front)

    def _call_began(self, call: Call) -> None:
        """A call from before the desk was closed goes on counting from its own beginning."""
        caller = self._parts.callers.get(call.recipient_id)
        if caller is not None:
            lasts = (datetime.now(UTC) - call.began_at).total_seconds()
            caller.began = min(caller.began, self._parts.callers.seconds() - lasts)
            caller.is_over = call.over_at is not None
            if caller is self._parts.callers.front:
                self._run_timer(caller)

    def _run_timer(self, front: OpenCaller | None) -> None:
        self._parts.frame.top.timer.run_from(None if front is None or front.is_over else front.began)

    def _show(self, front: OpenCaller | None) -> None:
        view = front.view if front else None
        self._parts.frame.top.show_budget(view.story.refund_budget if view else None)
        self._parts.frame.top.there.show_for(view.story.zones if view else ())
        self.changed.emit()

    def _story_read(self, caller: OpenCaller) -> None:
        parts = self._parts
        parts.frame.notices.put_away("story")
        if caller is parts.callers.front and caller.view is not None:
            parts.frame.story.story_read()
            parts.side.show_story(caller.view)
            if self._shown is not caller:
                # The row was selected before there was a story to act on: the side hears of it now.
                self._shown = caller
                self._row_selected(parts.frame.story.timeline.selected_row())
            self._show(caller)
        else:
            self.changed.emit()

    def _page_read(self, caller: OpenCaller) -> None:
        if caller is self._parts.callers.front:
            self._parts.frame.story.page_read()

    def _read_failed(self, caller: OpenCaller) -> None:
        if caller is self._parts.callers.front:
            self._parts.frame.story.page_read()
            if caller.model.loaded:
                self._parts.say(Notice(caller.trouble, Tone.WARN, about="story"))

    def _row_selected(self, row: Row | None) -> None:
        pending = row is None or isinstance(row.origin, PendingAction)
        self._parts.side.select_entry(None if pending else cast(TimelineEntry, row.origin) if row else None)
