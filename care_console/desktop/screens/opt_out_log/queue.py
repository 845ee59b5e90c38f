"""The opt-out log and the held replies as queues of the left column."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from care_console.contract.roles import Permission, may
from care_console.desktop.desk import Desk
from care_console.desktop.queries.opt_outs import LogFilter
from care_console.desktop.screens.opt_out_log.evidence import EvidenceColumn
from care_console.desktop.screens.opt_out_log.exporting import ExportStrip
from care_console.desktop.screens.opt_out_log.pane import LogPane
from care_console.desktop.screens.opt_out_log.reader import LogReader
from care_console.desktop.shell import keys
from care_console.desktop.shell.queues import Queue, QueueKind
from care_console.desktop.widgets.timeline.rows import Row


class OptOutLog(Queue):
    """The whole log. It has no count of its own in the column: nothing in it waits."""

    def __init__(self, desk: Desk, parent: QWidget, *, waiting: bool = False) -> None:
        super().__init__(desk, parent)
        self.reader = LogReader(desk, LogFilter(waiting=waiting), self)
        self.strip = ExportStrip(desk, parent)
        self.pane = LogPane(self.reader, self.strip, "Held replies" if waiting else "Opt-out log", parent)
        self.column = EvidenceColumn(desk, parent)
        self.centre, self.side = self.pane, self.column
        self.pane.hide()
        self.column.hide()
        self.pane.filters.changed.connect(self.pane.filtered)
        self.pane.export.clicked.connect(self._export)
        self.pane.row_selected.connect(self._selected)
        self.column.story_wanted.connect(lambda recipient, phone: self.opened.emit(recipient, "", phone))
        for panel in (self.column.deciding, self.column.correcting):
            panel.closed.connect(self.pane.focus_list)
        for part in (self.pane, self.column):
            keys.bind(part, "log.filter", self.pane.filters.begin)
            keys.bind(part, "log.all", self.pane.filters.show_all)
            keys.bind(part, "log.export", self._export)
            keys.bind(part, "log.story", self.column.open_story)
            keys.bind(part, "correction.open", self.column.ask_correction)
            keys.bind(part, "timeline.new", self.pane.show_new)

    def enter(self) -> None:
        """Begin to read, or look again at what came meanwhile."""
        self.reader.show() if not self.reader.model.loaded else self.reader.look_again()
        self.pane.focus_list()

    def leave(self) -> None:
        """What is being saved goes on."""
        self.reader.rest()

    def step_back(self) -> bool:
        """What is half decided, then the filter, then nothing."""
        return self.column.step_back() or self.pane.step_back()

    def close(self) -> None:
        """Hear no more; an export without its person is not finished."""
        self.reader.close()
        self.strip.close_down()

    def _export(self) -> None:
        if self.reader.total:
            self.strip.ask(self.reader.wanted, self.reader.total)

    def _selected(self, row: Row | None) -> None:
        origin = row.origin if row is not None else None
        self.column.show_row(origin)  # type: ignore[arg-type]  # the reader makes each row from an OptOut


class HeldReplies(OptOutLog):
    """Replies that read like a refusal, each holding its number until somebody decides."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent, waiting=True)
        self.reader.counted.connect(lambda total: self.show_count(total, waits=total > 0))
        for part in (self.pane, self.column):
            keys.bind(part, "stop.open", self.column.stop_for_good)
        self.reader.count()


LOG = QueueKind("opt_out_log", "Opt-out log", lambda role: may(role, Permission.READ_OPT_OUT_LOG), OptOutLog)
HELD = QueueKind(
    "held_replies",
    "Held replies",
    lambda role: may(role, Permission.READ_OPT_OUT_LOG) and may(role, Permission.OPT_OUT),
    HeldReplies,
)
