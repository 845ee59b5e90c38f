"""The middle of the window while the log is in front: how many, of what, and the rows."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from care_console.desktop.queries.opt_outs import LogFilter
from care_console.desktop.screens.opt_out_log.exporting import ExportStrip
from care_console.desktop.screens.opt_out_log.filters import FilterBar
from care_console.desktop.screens.opt_out_log.lines import counted, in_words
from care_console.desktop.screens.opt_out_log.reader import MOST_HELD, LogReader
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import Elided, plain
from care_console.desktop.widgets.parts import button
from care_console.desktop.widgets.timeline.view import TimelineView

_SPINNER_AFTER_MS = 150
_NEAR_THE_END = 3
"""Pages of the screen: the next page is asked for while so many are still to come."""


class LogPane(QFrame):
    """Shows what a reader reads. `row_selected` fires with the list's row."""

    row_selected = Signal(object)

    def __init__(
        self, reader: LogReader, strip: ExportStrip, title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("logPane")
        self._reader = reader
        self._waiting = reader.wanted.waiting
        self._awaits_rows = False
        self.strip = strip
        self.title = plain(title, "title", parent=self)
        self.count = plain("", "lead", parent=self)
        self.count.setObjectName("logCount")
        self.of_what = Elided("", "faint", self)
        self.of_what.setObjectName("logOfWhat")
        self.export = button(f"Save as …  {keys.shown('log.export')}", "logExport")
        self.filters = FilterBar(waiting=self._waiting, parent=self)
        self.list = TimelineView(self)
        self.list.setAccessibleName(title)
        self.new_rows = self._new_rows_button()
        self.foot = plain("", "hint", wrap=True, parent=self)
        self.foot.setObjectName("logFoot")
        self._says = self._message()
        self._body = QStackedLayout()
        self._body.addWidget(self.list)
        self._body.addWidget(self._says)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(_SPINNER_AFTER_MS)
        self._slow.timeout.connect(lambda: self._says.setText("Reading the log …"))
        self._lay_out()
        self.list.put(reader.model)
        self.list.row_selected.connect(self.row_selected)
        self.list.verticalScrollBar().valueChanged.connect(self._fetch_ahead)
        reader.counted.connect(self._show_count)
        reader.came.connect(self._page_came)
        reader.troubled.connect(lambda _sentence: self._page_came())
        reader.model.waiting_changed.connect(self._show_waiting)
        reader.model.state_changed.connect(self._choose_body)
        self._show_count(reader.total)
        self._show_waiting(0)
        self._choose_body()

    def focus_list(self) -> None:
        """Put the focus on the rows; while there are none yet, on the filter, and on them once they come."""
        self._awaits_rows = not self._reader.model.rowCount()
        target: QWidget = self.filters.span if self._awaits_rows else self.list
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def filtered(self, wanted: LogFilter) -> None:
        """Another filter: its rows are on their way, and the old count is not theirs."""
        self.of_what.setText(in_words(wanted))
        self.count.setText("…")
        self._reader.show(wanted)

    def show_new(self) -> None:
        """Show the rows that wait; where none do, read anew."""
        if self._reader.model.waiting:
            self._reader.model.show_waiting()
        else:
            self._reader.show()

    def step_back(self) -> bool:
        """From the filter back to the list; False where the list has the focus already."""
        inside = self.filters.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        if inside and self._reader.model.rowCount():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def _page_came(self) -> None:
        model = self._reader.model
        if model.rowCount() and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(model.index(0))
        self._choose_body()
        if model.rowCount() and self._awaits_rows:
            self._awaits_rows = False
            if self.filters.span.hasFocus():
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        if not model.rowCount():
            self.row_selected.emit(None)
        shown, total = model.rowCount(), self._reader.total or 0
        full = f"The newest {shown:,} of {total:,} are here. For older ones choose a time, or save them all."
        self.foot.setText(full if self._reader.is_full and shown >= MOST_HELD else "")
        self.foot.setVisible(bool(self.foot.text()))

    def _fetch_ahead(self, value: int) -> None:
        """The next page before the end is reached, so that scrolling never stands at it."""
        bar, model = self.list.verticalScrollBar(), self._reader.model
        if bar.maximum() - value < _NEAR_THE_END * bar.pageStep():
            root = self.list.rootIndex()
            if model.canFetchMore(root):
                model.fetchMore(root)

    def _choose_body(self) -> None:
        model, reader = self._reader.model, self._reader
        if model.rowCount():
            self._slow.stop()
            self._body.setCurrentWidget(self.list)
        elif reader.trouble:
            self._say(f"{reader.trouble}\n\n{keys.shown('timeline.new')} tries again.")
        elif model.loaded:
            self._say(self._nothing())
        elif not self._slow.isActive():
            self._say("")
            self._slow.start()

    def _nothing(self) -> str:
        told = in_words(self._reader.wanted)
        if told:
            return f"No row fits: {told}.\n\n{keys.shown('log.all')} shows the whole log again."
        if self._waiting:
            return "No reply is held.\n\nWords that read like a refusal wait here until somebody decides."
        return "Nobody has opted out yet."

    def _say(self, sentence: str) -> None:
        self._slow.stop()
        self._says.setText(sentence)
        self._body.setCurrentWidget(self._says)

    def _show_count(self, total: int | None) -> None:
        self.count.setText("" if total is None else counted(total, "held" if self._waiting else "log"))
        self.export.setEnabled(bool(total))

    def _show_waiting(self, waiting: int) -> None:
        self.new_rows.setText(f"{waiting} new  {keys.shown('timeline.new')}")
        self.new_rows.adjustSize()
        self.new_rows.move((self.list.width() - self.new_rows.width()) // 2, Space.SMALL)
        self.new_rows.setVisible(waiting > 0)

    def _new_rows_button(self) -> QPushButton:
        made = QPushButton(self.list)
        made.setObjectName("logNewRows")
        made.setProperty("kind", "waiting")
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.clicked.connect(self.show_new)
        return made

    def _message(self) -> QLabel:
        label = plain("", "soft", wrap=True, parent=self)
        label.setObjectName("logSays")
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setMargin(Space.WIDE)
        return label

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, 0)
        head.setSpacing(Space.MEDIUM)
        head.addWidget(self.title)
        head.addWidget(self.count)
        head.addWidget(self.of_what, 1)
        head.addWidget(self.export)
        rule = QFrame(self)
        rule.setProperty("rule", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        for part in (self.filters, self.strip, rule):
            column.addWidget(part)
        column.addLayout(self._body, 1)
        self.foot.setContentsMargins(Space.LARGE, Space.TIGHT, Space.LARGE, Space.TIGHT)
        self.foot.hide()
        column.addWidget(self.foot)
