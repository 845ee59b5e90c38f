"""Saving the filtered log as a file: where to, how far it is, and that it is whole, or why not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QWidget

from care_console.desktop.actions.exports import ExportFormat, export_log
from care_console.desktop.backend.failures import AnswerLost, BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.queries.opt_outs import LogFilter
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.parts import Notice, button

ROWS_A_SHEET = 1_048_575
_FILTERS = {
    "CSV, for other programs (*.csv)": ExportFormat.CSV,
    "Excel workbook (*.xlsx)": ExportFormat.XLSX,
}
_BROKEN_OFF = "The export broke off before its end. No file was left. Try again."


class ExportStrip(QFrame):
    """Hidden until something is saved. `ended` fires when that is over, well or not."""

    ended = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportStrip")
        self._desk = desk
        self._task: asyncio.Task[None] | None = None
        self.dialog: QFileDialog | None = None
        self.says = Notice("exportSays", self)
        self.cancel_button = button("Cancel", "exportCancel")
        self.cancel_button.clicked.connect(self.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.LARGE, 0, Space.LARGE, Space.SMALL)
        row.addWidget(self.says, 1)
        row.addWidget(self.cancel_button)
        self.hide()

    @property
    def is_saving(self) -> bool:
        """Whether an export is on its way to a file."""
        return self._task is not None and not self._task.done()

    def ask(self, wanted: LogFilter, total: int) -> None:
        """Ask where to, then save. One at a time: a second one shows how far the first is."""
        if self.is_saving or self.dialog is not None:
            return
        dialog = QFileDialog(self.window(), "Save what is filtered")
        dialog.setObjectName("exportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters(list(_FILTERS))
        dialog.setDefaultSuffix(ExportFormat.CSV.value)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog.setDirectory(documents or str(Path.home()))
        dialog.selectFile(f"opt-outs-{datetime.now(UTC):%Y-%m-%d}.csv")
        dialog.filterSelected.connect(lambda name: _named_for(dialog, _FILTERS[name]))
        dialog.fileSelected.connect(
            lambda file: self.save(Path(file), _format_of(file, dialog), wanted, total)
        )
        dialog.finished.connect(self._dialog_gone)
        self.dialog = dialog
        dialog.open()

    def save(self, file: Path, format: ExportFormat, wanted: LogFilter, total: int) -> None:
        """Save into a file."""
        self._task = tasks.start(self._save(file, format, wanted, total), "saving the opt-out log")

    def cancel(self) -> None:
        """Stop, and leave nothing behind; once it is over, put the strip away."""
        if self.is_saving and self._task is not None:
            self._task.cancel()
        else:
            self.hide()

    def close_down(self) -> None:
        """Its person is gone."""
        if self.dialog is not None:
            self.dialog.close()
        if self._task is not None:
            self._task.cancel()

    async def _save(self, file: Path, format: ExportFormat, wanted: LogFilter, total: int) -> None:
        self._show(f"Saving {total:,} rows as {file.name}: the service is making it.", Tone.ACCENT)
        self.cancel_button.setText("Cancel")
        try:
            size = await export_log(self._desk, wanted, format, file, self._progress(file))
        except asyncio.CancelledError:
            self._over("Cancelled. No file was left.", Tone.PLAIN)
            raise
        except BackendFailure as failure:
            # A read asks for nothing to be done, so an answer that was lost was only not whole.
            self._over(_BROKEN_OFF if isinstance(failure, AnswerLost) else failure.sentence, Tone.BAD)
        except OSError as trouble:
            self._over(f"{file.name} cannot be written: {trouble.strerror}. No file was left.", Tone.BAD)
        else:
            sheets = -(-total // ROWS_A_SHEET)
            many = f" on {sheets} sheets" if format is ExportFormat.XLSX and sheets > 1 else ""
            self._over(f"Saved{many}: {file} ({_size(size)}). Entered in the audit log.", Tone.GOOD)

    def _progress(self, file: Path) -> Callable[[int], None]:
        def told(come: int) -> None:
            self._show(f"Saving {file.name}: {_size(come)} so far.", Tone.ACCENT)

        return told

    def _show(self, sentence: str, tone: Tone) -> None:
        self.says.say(sentence, tone)
        self.show()

    def _over(self, sentence: str, tone: Tone) -> None:
        self._show(sentence, tone)
        self.cancel_button.setText("Put away")
        self.ended.emit()

    def _dialog_gone(self) -> None:
        self.dialog = None


def _named_for(dialog: QFileDialog, format: ExportFormat) -> None:
    """The name's end follows the kind that was chosen."""
    dialog.setDefaultSuffix(format.value)
    chosen = dialog.selectedFiles()
    if chosen:
        dialog.selectFile(Path(chosen[0]).with_suffix(f".{format.value}").name)


def _format_of(file: str, dialog: QFileDialog) -> ExportFormat:
    """By the name that the person typed; where that says nothing, by the chosen kind."""
    suffix = Path(file).suffix.lower().lstrip(".")
    known = {one.value: one for one in ExportFormat}
    return known.get(suffix, _FILTERS.get(dialog.selectedNameFilter(), ExportFormat.CSV))


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 100_000 else f"{count / 1000:,.1f} kB"
