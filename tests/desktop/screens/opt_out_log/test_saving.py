"""Saving the filtered log: a file is whole or not there, whatever happens on the way."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from care_console.desktop.actions.exports import ExportFormat, export_log
from care_console.desktop.backend.failures import AnswerLost
from care_console.desktop.queries.opt_outs import LogFilter
from care_console.desktop.screens.opt_out_log.queue import OptOutLog
from tests.support.log_service import LogService, a_log_window
from tests.support.windows import Opened

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


async def the_log(opened: Opened) -> OptOutLog:
    queues = opened.window.queues.queues
    queues.bring("opt_out_log")
    log = cast(OptOutLog, queues.get("opt_out_log"))
    await opened.until(lambda: log.reader.total)
    return log


def filled() -> LogService:
    service = LogService()
    service.fill(40)
    return service


def left_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


async def test_the_person_chooses_where_and_gets_the_whole_file(tmp_path: Path) -> None:
    service, place = filled(), tmp_path / "out"
    place.mkdir()
    async with a_log_window(tmp_path / "desk", service, login="ava") as opened:
        log = await the_log(opened)
        log.pane.filters.state.setCurrentIndex(2)
        await opened.until(lambda: log.reader.wanted.state is not None and log.reader.total != 40)
        opened.press(Qt.Key.Key_E, CTRL)
        dialog = log.strip.dialog
        assert isinstance(dialog, QFileDialog)
        assert dialog.isVisible()
        dialog.setDirectory(str(place))
        name = dialog.findChild(QLineEdit, "fileNameEdit")
        assert name is not None
        assert name.text().startswith("opt-outs-20")
        name.setText("held.csv")
        dialog.accept()
        await opened.until(lambda: log.strip.says.text.startswith("Saved"))
        assert left_in(place) == ["held.csv"]
        rows = (place / "held.csv").read_bytes().splitlines()
        assert len(rows) == log.reader.total + 1
        assert service.exports == [{"state": "held", "suffix": "csv"}]
        assert stat.S_IMODE((place / "held.csv").stat().st_mode) == 0o600
        log.strip.cancel()
        assert not log.strip.isVisible()


async def test_a_file_that_broke_off_is_not_there_and_the_old_one_stays(tmp_path: Path) -> None:
    service, place = filled(), tmp_path / "out"
    place.mkdir()
    old = place / "log.csv"
    old.write_text("the old one")
    service.break_exports = True
    async with a_log_window(tmp_path / "desk", service) as opened:
        log = await the_log(opened)
        log.strip.save(old, ExportFormat.CSV, log.reader.wanted, 40)
        await opened.until(lambda: not log.strip.is_saving)
        assert "broke off" in log.strip.says.text
        assert left_in(place) == ["log.csv"]
        assert old.read_text() == "the old one"
        with pytest.raises(AnswerLost):
            await export_log(opened.handle.desk, LogFilter(), ExportFormat.CSV, old, lambda _come: None)


async def test_cancelled_it_leaves_nothing(tmp_path: Path) -> None:
    service, place = filled(), tmp_path / "out"
    place.mkdir()
    service.hold_exports = asyncio.Event()
    async with a_log_window(tmp_path / "desk", service) as opened:
        log = await the_log(opened)
        log.strip.save(place / "log.csv", ExportFormat.CSV, log.reader.wanted, 40)
        await opened.until(lambda: "so far" in log.strip.says.text)
        assert [name for name in left_in(place) if name.endswith(".csv")] == []
        log.strip.cancel()
        await opened.until(lambda: not log.strip.is_saving)
        assert "Cancelled" in log.strip.says.text
        assert left_in(place) == []
        service.hold_exports.set()


async def test_a_place_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    async with a_log_window(tmp_path / "desk", filled()) as opened:
        log = await the_log(opened)
        log.strip.save(tmp_path / "no such folder" / "log.csv", ExportFormat.CSV, log.reader.wanted, 40)
        await opened.until(lambda: not log.strip.is_saving)
        assert "cannot be written: No such file or directory" in log.strip.says.text
