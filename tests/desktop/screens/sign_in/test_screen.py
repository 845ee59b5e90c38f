"""Signing in on the real window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from care_console.desktop.app import open_desk
from care_console.desktop.backend.session import SessionState
from care_console.desktop.keychain import MemoryKeychain
from tests.desktop.screens.care import Care, CareService, care, on_qt
from tests.support import fake_service
from tests.support.fake_service import PASSWORD


def test_a_wrong_password_says_so_and_the_right_one_opens_the_desk(folder: Path) -> None:
    async def scenario() -> None:
        async with fake_service.fake_service(CareService()) as service:
            assert isinstance(service, CareService)
            handle = await open_desk(service.url, data_dir=folder, keychain=MemoryKeychain())
            desk = Care(handle, service)
            try:
                login, password = desk.find(QLineEdit, "signInLogin"), desk.find(QLineEdit, "signInPassword")
                await desk.until(lambda: login.isVisible() and login.hasFocus())
                desk.type("ana")
                desk.press("Return")
                assert QApplication.focusWidget() is password
                desk.type("not that")
                desk.press("Return")
                state = desk.find(QWidget, "signInState")
                await desk.until(lambda: state.property("notice") == "bad")
                assert handle.desk.session.state is SessionState.SIGNED_OUT
                assert password.hasSelectedText()
                desk.type(PASSWORD)
                desk.press("Return")
                await desk.until(lambda: handle.desk.session.state is SessionState.SIGNED_IN)
                await desk.until(lambda: not login.isVisible())
                await desk.until(lambda: not password.text())
            finally:
                await handle.close()

    on_qt(scenario())


def test_an_ended_session_keeps_the_work_in_sight(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F9")
            desk.side.panels.opt_out.words.setPlainText("stop, please")
            desk.service.end_sessions()
            before = desk.handle.window.callers.front
            desk.press("F5")
            await desk.until(lambda: desk.handle.desk.session.state is SessionState.EXPIRED)
            password = desk.find(QLineEdit, "signInPassword")
            await desk.until(password.isVisible)
            assert "session has ended" in desk.find(QWidget, "signInState").text
            assert desk.handle.window.callers.front is before
            password.setFocus()
            desk.type(PASSWORD)
            desk.press("Return")
            await desk.until(lambda: desk.handle.desk.session.state is SessionState.SIGNED_IN)
            await desk.until(lambda: desk.side.isVisible())
            assert desk.side.panels.opt_out.words.toPlainText() == "stop, please"

    on_qt(scenario())
