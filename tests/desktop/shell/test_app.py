"""The composition root: opens on any server, ends in order, leaves nothing running."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from care_console.desktop import app
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.backend.failures import Refused
from care_console.desktop.keychain import MemoryKeychain
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
    running = asyncio.create_task(app.run_desk(app.DeskOptions(NOBODY_LISTENS, tmp_path / "desk")))
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
    assert app._options([]).server == "https://care.example"
    told = ["--server", "http://x", "--theme", "dark", "--text-size", "9", "--data-dir", str(tmp_path)]
    asked = app._options(told)
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
