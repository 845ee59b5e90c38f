"""The composition root: opens on any server, ends in order, leaves nothing running."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from care_console.desktop import app
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.backend.failures import Refused
from care_console.desktop.keychain import MemoryKeychain
from care_console.desktop.settings import SettingsFile
from care_console.desktop.shell import first
from care_console.desktop.shell.tokens import Look
from care_console.desktop.shell.window import DeskWindow
from tests.support.desks import until
from tests.support.fake_service import PASSWORD
from tests.support.story_service import story_service

NOBODY_LISTENS = "http://127.0.0.1:9"


def _window() -> DeskWindow | None:
    shown = (window for window in QApplication.topLevelWidgets() if window.isVisible())
    return next((window for window in shown if isinstance(window, DeskWindow)), None)


@pytest.mark.asyncio
async def test_the_desk_opens_with_no_service_says_offline_and_ends_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    before = asyncio.all_tasks()
    folder = tmp_path / "desk"
    shown = QLabel("Opening the desk …")
    shown.show()
    options = app.DeskOptions(NOBODY_LISTENS, folder)
    running = asyncio.create_task(app.run_desk(options, SettingsFile(folder), shown))
    await until(lambda: _window() or running.done(), 30)
    window = _window()
    assert window is not None
    assert window.frame.sign_in.isVisible()
    assert not any(isinstance(w, QLabel) and w.isVisible() for w in QApplication.topLevelWidgets())
    window.activateWindow()
    await until(lambda: QApplication.activeWindow() is window)
    QTest.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert await asyncio.wait_for(running, 10) == 0
    assert asyncio.all_tasks() == before
    assert _window() is None


@pytest.mark.asyncio
async def test_a_wrong_password_leaves_no_window_behind(tmp_path: Path) -> None:
    async with story_service() as service:
        with pytest.raises(Refused):
            await app.open_desk(
                service.url, "ana", "wrong", data_dir=tmp_path / "desk", keychain=MemoryKeychain()
            )
    assert _window() is None


def test_options_are_read_from_the_command_line_and_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CARE_SERVER", "https://care.example")
    assert first._options([]).server == "https://care.example"
    told = ["--server", "http://x", "--theme", "dark", "--text-size", "9", "--data-dir", str(tmp_path)]
    asked = first._options(told)
    assert asked == app.DeskOptions("http://x", tmp_path, Look.DARK, 2.0)


@pytest.mark.asyncio
async def test_what_the_store_has_to_say_is_said_at_the_door_and_stays(tmp_path: Path) -> None:
    async with story_service() as service:
        handle = await app.open_desk(service.url, data_dir=tmp_path / "desk", keychain=MemoryKeychain())
        notices = handle.window.frame.notices
        assert notices.isVisible()
        assert notices.sentences() == [handle.desk.store.notice]
        await sign_in(handle.desk, "ana", PASSWORD)
        assert notices.isVisible()
        assert notices.sentences() == [handle.desk.store.notice]
        await handle.close()


def test_the_first_window_is_painted_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    code = """
import sys
from care_console.desktop.shell import first
seen = []
first._PATIENCE_MS = 20_000
def ran(options, settings, window, single):
    seen.append((window.isVisible(), window.text()))
    return 7
def late():
    assert not {"asyncio", "qasync", "httpx", "sqlalchemy", "pydantic"} & set(sys.modules), sys.modules.keys()
until = first._until_painted
first._until_painted = lambda window: (until(window), late())
import importlib.abc, types
stand_in = types.ModuleType("care_console.desktop.app")
stand_in.run = ran
sys.modules["care_console.desktop.app"] = stand_in
assert first.main(["--data-dir", sys.argv[1]]) == 7
print(seen)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "(True, 'Opening the desk" in done.stdout


def test_what_is_imported_leaves_no_source_in_memory_and_nothing_for_the_first_call_to_import() -> None:
    code = """
import linecache, sys
from care_console.desktop.shell import first
from care_console.desktop import app
app._import_desk()
ours = ("care_console", "/sqlalchemy/", "/asyncio/")
kept = [name for name in linecache.cache if any(word in name for word in ours)]
assert not kept, kept
assert {"httpx", "httpcore", "anyio"} <= set(sys.modules)
assert "rich" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
