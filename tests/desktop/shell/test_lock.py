"""The lock, the end of a session and a disabled account: nothing can be read, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from care_console.desktop import app
from care_console.desktop.actions.locking import begins_locked, keep_active
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.failures import NotSent
from care_console.desktop.backend.proof import Proof
from care_console.desktop.backend.session import SessionState
from care_console.desktop.backend.wire import Answer, Exchange
from care_console.desktop.keychain import MemoryKeychain
from tests.support.clocks import HandClock
from tests.support.desks import until
from tests.support.fake_service import PASSWORD
from tests.support.story_service import MARIA, story_service
from tests.support.windows import Opened, a_window

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


async def _story(opened: Opened) -> None:
    opened.window.open_caller(MARIA, "", "+12145550142")
    await opened.read()


def _readable(opened: Opened) -> list[str]:
    """Every word that anybody, or a screen reader, could read in any window now."""
    parts = [part for part in QApplication.allWidgets() if part.isVisible() and part is not opened.window]
    kinds = (QLabel, QPushButton, QLineEdit)
    shown = [part.text() for part in parts if isinstance(part, kinds)]
    return [*shown, *(part.accessibleName() for part in parts), opened.window.windowTitle()]


def _password(opened: Opened) -> QLineEdit:
    field: QLineEdit = opened.child(QLineEdit, "lockedPassword")
    return field


async def _unlock(opened: Opened, password: str = PASSWORD) -> None:
    _password(opened).setText(password)
    opened.press(Qt.Key.Key_Return)
    await opened.until(lambda: not opened.window.lock.locked)


async def test_fifteen_idle_minutes_lock_and_any_key_or_move_begins_them_anew(tmp_path: Path) -> None:
    clock = HandClock()
    async with a_window(tmp_path / "desk", clock=clock) as opened:
        lock, native = opened.window.lock, opened.window.windowHandle()
        nowhere, none = QPointF(600, 20), Qt.KeyboardModifier.NoModifier
        left, no_button = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        for use in (
            QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, none),
            QMouseEvent(QEvent.Type.MouseMove, nowhere, nowhere, no_button, no_button, none),
            QMouseEvent(QEvent.Type.MouseButtonPress, nowhere, nowhere, left, left, none),
        ):
            clock.move(minutes=14)
            # As the system delivers it: to the window, not to a widget of it.
            QApplication.postEvent(native, use)
            await opened.until(lambda: lock.activity.idle < timedelta(minutes=1))
            clock.move(seconds=20)
            assert not lock.locked
        clock.move(minutes=13, seconds=40)
        assert not lock.locked
        clock.move(minutes=1)
        assert lock.locked
        assert "15 minutes" in opened.child(QLabel, "lockedWho").text()


async def test_nothing_of_the_story_can_be_read_or_reached_behind_the_lock(tmp_path: Path) -> None:
    async with a_window(tmp_path / "desk") as opened:
        await _story(opened)
        opened.press(Qt.Key.Key_F7)
        await opened.until(
            lambda: any(isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets())
        )
        opened.window.lock.by_key()
        words = " ".join(_readable(opened))
        for secret in ("Delgado", "214", "4242", "Javier", "3.99", "messages this week"):
            assert secret not in words, secret
        assert _password(opened).isVisible()
        title = opened.window.grab().toImage()
        assert title.pixelColor(20, 100) == title.pixelColor(700, 700), "the screen covers all of it"
        for key, modifiers in (
            (Qt.Key.Key_K, CTRL), (Qt.Key.Key_F1, CTRL & ~CTRL), (Qt.Key.Key_F2, CTRL & ~CTRL),
            (Qt.Key.Key_F9, CTRL & ~CTRL), (Qt.Key.Key_Tab, CTRL), (Qt.Key.Key_Escape, CTRL & ~CTRL),
        ):  # fmt: skip
            QTest.keyClick(_password(opened), key, modifiers)
            assert not opened.child(QWidget, "commandSheet").isVisible()
            assert not opened.child(QWidget, "keySheet").isVisible()
            assert not opened.window.frame.isVisible()
        opened.window.finder.changed.emit()
        assert not opened.window.hits.isVisible()
        await _unlock(opened)
        assert any(isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets())


async def test_unlocking_needs_the_password_and_brings_everything_back_as_it_was(tmp_path: Path) -> None:
    async with a_window(tmp_path / "desk") as opened:
        await _story(opened)
        note = opened.child(QPlainTextEdit, "noteText")
        note.setFocus()
        opened.type("She hears nothing")
        timeline = opened.window.frame.story.timeline
        timeline.select("note:n1")
        row = timeline.currentIndex().row()
        before = opened.handle.desk.session.staff
        opened.press(Qt.Key.Key_L, CTRL)
        assert opened.window.lock.locked
        _password(opened).setText("not it")
        opened.press(Qt.Key.Key_Return)
        await opened.until(lambda: "do not fit" in opened.child(QLabel, "lockedStateWords").text())
        assert opened.window.lock.locked
        await _unlock(opened)
        assert opened.window.frame.isVisible()
        assert note.hasFocus()
        assert note.toPlainText() == "She hears nothing"
        assert timeline.currentIndex().row() == row
        assert opened.handle.desk.session.staff == before
        assert opened.handle.desk.session.state is SessionState.SIGNED_IN
        assert len(opened.service.access) == 1, "the session before was ended at the service"


async def test_without_the_service_the_password_of_this_run_unlocks_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_window(tmp_path / "desk") as opened:
        wire = opened.handle.desk.session._wire

        async def unreachable(exchange: Exchange) -> Answer:
            raise NotSent

        monkeypatch.setattr(wire, "send", unreachable)
        opened.window.lock.by_key()
        _password(opened).setText("not it")
        opened.press(Qt.Key.Key_Return)
        await opened.until(lambda: "stays locked" in opened.child(QLabel, "lockedStateWords").text())
        await _unlock(opened)
        assert opened.handle.desk.session.state is SessionState.SIGNED_IN


async def test_a_password_is_known_again_only_once_it_was_held() -> None:
    proof = Proof()
    assert not await proof.fits("")
    await proof.hold("pässwörd 🔑")
    assert await proof.fits("pässwörd 🔑")
    assert not await proof.fits("pässwörd")
    proof.forget()
    assert not await proof.fits("pässwörd 🔑")


async def test_somebody_else_signs_the_first_one_out_and_finds_nothing(tmp_path: Path) -> None:
    async with a_window(tmp_path / "desk") as opened:
        await _story(opened)
        opened.window.lock.by_key()
        opened.child(QPushButton, "lockedSignOut").click()
        await opened.until(opened.window.frame.sign_in.isVisible)
        assert not opened.window.lock.locked
        assert opened.window.callers.callers == []
        assert opened.child(QListWidget, "recents").count() == 0


async def test_a_locked_desk_begins_locked_however_it_ended(folder: Path) -> None:
    async with story_service() as service:
        handle = await app.open_desk(service.url, "ana", PASSWORD, data_dir=folder)
        await until(lambda: handle.window.isVisible())
        handle.window.lock.by_key()
        await until(lambda: handle.window.lock.locked)
        await handle.close()
        handle = await app.open_desk(service.url, data_dir=folder)
        assert handle.desk.session.state is SessionState.SIGNED_IN
        assert handle.window.lock.locked
        assert not handle.window.frame.isVisible()
        handle.window.lock.screen.password.setText(PASSWORD)
        handle.window.lock.screen.commit()
        await until(lambda: not handle.window.lock.locked)
        now = datetime.now(UTC)
        await keep_active(handle.desk, now)
        assert not await begins_locked(handle.desk, now + timedelta(minutes=14))
        assert await begins_locked(handle.desk, now + timedelta(minutes=15))
        assert await begins_locked(handle.desk, now - timedelta(minutes=1)), "a clock put back"
        await handle.desk.store.set_fact("active at", "soon")
        assert await begins_locked(handle.desk, now)
        await handle.close()


async def test_the_end_of_the_session_is_told_beforehand_and_kept_to_without_the_service(
    tmp_path: Path,
) -> None:
    clock = HandClock()
    async with a_window(tmp_path / "desk", clock=clock) as opened:
        await _story(opened)
        said = opened.window.frame.notices.sentences

        def told() -> list[str]:
            return [sentence for sentence in said() if "session ends" in sentence]

        clock.move(hours=11, minutes=40)
        opened.window.lock._open()
        assert told() == []
        clock.move(minutes=6)
        assert len(told()) == 1
        assert "in 14 min" in told()[0]
        opened.window.frame.notices.put_away("session end")
        clock.move(minutes=1)
        assert told() == [], "each warning is given once"
        clock.move(minutes=9)
        assert "in 4 min" in told()[0]
        opened.handle.desk.backend._connection = ConnectionState.OFFLINE
        clock.move(minutes=5)
        assert opened.handle.desk.session.state is SessionState.EXPIRED
        assert opened.window.frame.top.connection.word == "Session ended"


async def test_a_wrong_clock_ends_no_session_that_the_service_says_goes_on(tmp_path: Path) -> None:
    clock = HandClock()
    async with a_window(tmp_path / "desk", clock=clock) as opened:
        clock.move(hours=13)
        opened.window.lock._open()
        clock.move(seconds=1)
        await _story(opened)
        assert opened.handle.desk.session.state is SessionState.SIGNED_IN
        opened.service.end_sessions()
        clock.move(minutes=2)
        await opened.until(lambda: opened.handle.desk.session.state is SessionState.EXPIRED)


async def test_a_closed_account_stops_at_its_next_request_and_its_work_stays_to_be_read(
    tmp_path: Path,
) -> None:
    async with a_window(tmp_path / "desk") as opened:
        await _story(opened)
        opened.service.end_sessions()
        opened.press(Qt.Key.Key_F5)
        await opened.until(lambda: opened.handle.desk.session.state is SessionState.EXPIRED)
        state = opened.child(QLabel, "deskState")
        assert state.isVisible()
        assert state.text().startswith("Session ended")
        assert opened.window.frame.story.timeline.isVisible()


async def test_offline_signed_out_and_expired_never_look_or_read_alike(tmp_path: Path) -> None:
    async with a_window(tmp_path / "desk") as opened:
        await _story(opened)
        desk, state = opened.handle.desk, opened.child(QLabel, "deskState")
        looks = []
        for connection, session in (
            (ConnectionState.ONLINE, SessionState.SIGNED_IN),
            (ConnectionState.OFFLINE, SessionState.SIGNED_IN),
            (ConnectionState.ONLINE, SessionState.EXPIRED),
            (ConnectionState.OFFLINE, SessionState.EXPIRED),
        ):
            desk.backend._connection, desk.session._state = connection, session
            opened.window.door.show()
            opened.window.standing.show_all()
            badge = opened.window.frame.top.connection
            looks.append((badge.word, badge._icon, badge._tone, state.text(), state.property("tone")))
            assert opened.window.frame.story.timeline.isVisible(), "work stays on screen"
        desk.session._state = SessionState.SIGNED_IN
        assert len({look[0] for look in looks[:3]}) == len({look[1] for look in looks[:3]}) == 3
        assert len({look[2] for look in looks[:3]}) == len({look[3] for look in looks}) - 1 == 3
        assert "A STOP is taken" in looks[1][3]
        assert "cannot be reached" in looks[3][3]


async def test_a_desk_in_memory_asks_for_nothing_at_its_first_start(tmp_path: Path) -> None:
    async with story_service() as service:
        handle = await app.open_desk(service.url, data_dir=tmp_path / "desk", keychain=MemoryKeychain())
        assert not handle.window.lock.locked
        assert handle.window.frame.sign_in.isVisible()
        await handle.close()
