"""The one window on a real socket: by keys alone, without moving what is under the cursor."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QPushButton, QWidget

from care_console.contract.charges import RefundState
from care_console.contract.problems import ProblemType
from care_console.contract.timeline import EntryKind
from care_console.desktop.actions.notes import write_note
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell import theme
from care_console.desktop.shell.tokens import Look
from care_console.desktop.shell.top_bar import TopBar
from tests.support.fake_service import PASSWORD, Problem
from tests.support.story_service import AWKWARD, AWKWARD_NAME, MARIA, NOBODY, STOPPED
from tests.support.windows import Opened, a_window, with_window

pytestmark = pytest.mark.asyncio
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


async def _open(opened: Opened, recipient_id: str) -> None:
    story = opened.service.stories[recipient_id]
    opened.window.open_caller(recipient_id, story.name, story.phone)
    await opened.read()


@pytest.mark.parametrize("recipient_id", [MARIA, AWKWARD])
@with_window
async def test_fits_a_small_screen_with_twelve_rows_and_no_sideways_scroll(
    opened: Opened, recipient_id: str
) -> None:
    await _open(opened, recipient_id)
    timeline = opened.window.frame.story.timeline
    assert (opened.window.width(), opened.window.height()) == (1366, 768)
    assert timeline.rows_in_sight() >= 12
    assert timeline.horizontalScrollBar().maximum() == 0
    frame = opened.window.frame
    for part in (frame.top.connection, frame.story.header.consent, frame.story.chips, frame.status.who):
        corner = part.mapTo(opened.window, QPoint(part.width(), part.height()))
        assert corner.x() <= 1366, part.objectName()
        assert corner.y() <= 768, part.objectName()


@with_window
async def test_names_with_markup_are_shown_as_they_are(opened: Opened) -> None:
    await _open(opened, AWKWARD)
    name = opened.child(QLabel, "storyName")
    assert name.text() == AWKWARD_NAME
    for label in opened.window.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or "<" not in label.text()


@with_window
async def test_scrolling_fetches_older_pages_and_nothing_is_fetched_before(opened: Opened) -> None:
    await _open(opened, MARIA)
    model, timeline = opened.window.callers.front.model, opened.window.frame.story.timeline  # type: ignore[union-attr]
    everything = len(opened.service.timelines[MARIA])
    first = model.rowCount()
    assert first < everything
    timeline.setFocus()
    for _ in range(12):
        opened.press(Qt.Key.Key_End)
        if model.rowCount() == everything:
            break
        before = model.rowCount()
        await opened.until(lambda before=before: model.rowCount() > before)
    assert model.rowCount() == everything
    keys = [model.row_at(place).key for place in range(everything)]
    assert len(set(keys)) == everything


@with_window
async def test_each_caller_keeps_scroll_selection_and_filter(opened: Opened) -> None:
    await _open(opened, MARIA)
    timeline = opened.window.frame.story.timeline
    timeline.select("note:n1")
    timeline.verticalScrollBar().setValue(150)
    await _open(opened, STOPPED)
    opened.child(QPushButton, "chip_text").click()
    await opened.until(lambda: timeline.model().rowCount() == 1)
    opened.press(Qt.Key.Key_Tab, CTRL)
    assert opened.window.callers.front.recipient_id == MARIA  # type: ignore[union-attr]
    assert timeline.selected_row().key == "note:n1"  # type: ignore[union-attr]
    assert timeline.verticalScrollBar().value() == 150
    assert opened.window.frame.story.chips.kinds == frozenset()
    opened.press(Qt.Key.Key_Tab, CTRL | SHIFT)
    assert opened.window.frame.story.chips.kinds == frozenset({EntryKind.TEXT})


@with_window
async def test_a_sixth_caller_sends_the_longest_unseen_to_recent(opened: Opened) -> None:
    for number in range(6):
        opened.service.stories[f"x{number}"] = opened.service.stories[NOBODY].model_copy(
            update={"id": f"x{number}", "name": f"Caller {number}"}
        )
        opened.service.timelines[f"x{number}"] = []
        await _open(opened, f"x{number}")
    assert [one.recipient_id for one in opened.window.callers.callers] == ["x1", "x2", "x3", "x4", "x5"]
    assert [one.recipient_id for one in opened.window.callers.recents] == ["x0"]
    assert any("Caller 0" in sentence for sentence in opened.window.frame.notices.sentences())
    assert opened.child(QListWidget, "callers").count() == 5


@with_window
async def test_what_is_new_waits_until_it_is_asked_for(opened: Opened) -> None:
    await _open(opened, MARIA)
    timeline = opened.window.frame.story.timeline
    await opened.until(lambda: opened.service.listeners)
    top = timeline.indexAt(QPoint(5, 5)).data(Qt.ItemDataRole.DisplayRole)
    opened.service.refund_row(uuid4(), RefundState.SUBMITTED)
    model = opened.window.callers.front.model  # type: ignore[union-attr]
    await opened.until(lambda: model.waiting == 1)
    assert timeline.indexAt(QPoint(5, 5)).data(Qt.ItemDataRole.DisplayRole) == top
    button = opened.child(QPushButton, "newRows")
    assert button.isVisible()
    assert button.text().startswith("1 new")
    opened.press(Qt.Key.Key_F5)
    assert model.row_at(0).kind == "Refund"
    assert button.isHidden()


@with_window
async def test_a_refund_that_moves_on_changes_in_its_place(opened: Opened) -> None:
    refund = uuid4()
    opened.service.refund_row(refund, RefundState.SUBMITTED)
    await _open(opened, MARIA)
    await opened.until(lambda: opened.service.listeners)
    model = opened.window.callers.front.model  # type: ignore[union-attr]
    assert model.row_at(0).badge == "sent to the bank"
    opened.service.refund_row(refund, RefundState.SUCCEEDED)
    await opened.until(lambda: model.row_at(0).badge == "refunded")
    assert model.waiting == 0


@with_window
async def test_enter_opens_a_row_in_its_place(opened: Opened) -> None:
    await _open(opened, MARIA)
    timeline = opened.window.frame.story.timeline
    timeline.select("note:n1")
    closed = timeline.visualRect(timeline.currentIndex()).height()
    opened.press(Qt.Key.Key_Return)
    assert timeline.visualRect(timeline.currentIndex()).height() > closed * 2
    opened.press(Qt.Key.Key_Return)
    assert timeline.visualRect(timeline.currentIndex()).height() == closed


@with_window
async def test_an_empty_story_and_an_unknown_one_say_so(opened: Opened) -> None:
    await _open(opened, NOBODY)
    says = [label.text() for label in opened.window.frame.story.findChildren(QLabel) if label.isVisible()]
    assert "Nothing has happened yet." in says
    opened.window.open_caller("nobody-at-all", "", "+12145550100")
    await opened.until(lambda: opened.window.callers.front.trouble)  # type: ignore[union-attr]
    await opened.until(
        lambda: any(
            "F5 tries again" in label.text() for label in opened.window.frame.story.findChildren(QLabel)
        )
    )


@with_window
async def test_escape_steps_back_one_thing_at_a_time(opened: Opened) -> None:
    await _open(opened, MARIA)
    window = opened.window
    opened.press(Qt.Key.Key_F2)
    opened.type("delgado")
    await opened.until(window.hits.isVisible)
    opened.press(Qt.Key.Key_Escape)
    assert window.hits.isHidden()
    assert window.frame.top.find_box.text() == "delgado"
    opened.press(Qt.Key.Key_Escape)
    assert window.frame.story.timeline.hasFocus()


@with_window
async def test_the_commands_open_from_the_find_box_and_do_what_is_named(opened: Opened) -> None:
    opened.press(Qt.Key.Key_F2)
    opened.press(Qt.Key.Key_K, CTRL)
    box = opened.child(QLineEdit, "commandBox")
    assert box.hasFocus()
    opened.type("dark")
    opened.press(Qt.Key.Key_Return)
    assert theme.current().look is Look.DARK
    assert opened.child(QWidget, "commandSheet").isHidden()
    assert opened.window.frame.top.find_box.hasFocus()


@with_window
async def test_the_sheet_of_keys_comes_and_goes(opened: Opened) -> None:
    opened.press(Qt.Key.Key_F1)
    sheet = opened.child(QWidget, "keySheet")
    assert sheet.isVisible()
    words = {part.text() for kind in (QLabel, QPushButton) for part in sheet.findChildren(kind)}
    assert {"F7", "Refund", "Ctrl+Enter"} <= words
    opened.press(Qt.Key.Key_Escape)
    assert sheet.isHidden()


@with_window
async def test_f6_goes_round_the_panes(opened: Opened) -> None:
    await _open(opened, MARIA)
    frame = opened.window.frame
    opened.press(Qt.Key.Key_F2)
    seen = []
    for _ in range(5):
        opened.press(Qt.Key.Key_F6)
        focus = opened.window.focusWidget()
        seen.append(
            "queues" if frame.callers.queues.isAncestorOf(focus)
            else "callers" if focus is frame.callers.callers
            else "timeline" if focus is frame.story.timeline
            else "find" if focus is frame.top.find_box
            else "side" if frame.side_widget.isAncestorOf(focus) else "elsewhere"
        )  # fmt: skip
    assert seen == ["queues", "callers", "timeline", "side", "find"]


@with_window
async def test_keys_that_do_nothing_are_not_shown(opened: Opened) -> None:
    status = opened.window.frame.status
    await opened.until(lambda: "find" in status.shown_keys())
    assert "refund.open" not in status.shown_keys()
    await _open(opened, MARIA)
    await opened.until(lambda: "refund.open" in status.shown_keys())


@with_window
async def test_offline_signed_out_and_expired_never_look_alike(opened: Opened) -> None:
    bar = TopBar()
    words = []
    for connection, session in (
        (ConnectionState.OFFLINE, SessionState.SIGNED_IN),
        (ConnectionState.ONLINE, SessionState.SIGNED_OUT),
        (ConnectionState.ONLINE, SessionState.EXPIRED),
        (ConnectionState.ONLINE, SessionState.SIGNED_IN),
    ):
        bar.show_connection(connection, session)
        words.append(bar.connection.word)
    assert words == ["Offline", "Signed out", "Session ended", "Online"]


@with_window
async def test_work_stays_on_screen_when_the_session_ends(opened: Opened) -> None:
    await _open(opened, MARIA)
    opened.service.end_sessions()
    opened.window.reader.read_again(opened.window.callers.front)  # type: ignore[arg-type]
    await opened.until(lambda: opened.handle.desk.session.state is SessionState.EXPIRED)
    assert opened.window.frame.top.connection.word == "Session ended"
    assert opened.window.frame.story.timeline.isVisible()
    assert opened.window.frame.story.timeline.model().rowCount() > 0
    assert opened.window.frame.sign_in.isVisible()


async def test_signed_out_shows_the_door_alone(tmp_path: Path) -> None:
    async with a_window(tmp_path / "desk", signed_in=False) as opened:
        assert opened.window.frame.sign_in.isVisible()
        assert not opened.window.frame.story.isVisible()
        assert not opened.window.frame.top.find_box.isEnabled()


@with_window
async def test_every_control_has_a_name_for_a_screen_reader(opened: Opened) -> None:
    await _open(opened, MARIA)
    for kind in (QPushButton, QLineEdit):
        for control in opened.window.frame.findChildren(kind):
            if control.objectName().startswith("qt_"):
                continue  # Qt's own, inside a control that has a name
            named = control.accessibleName() or (control.text() if isinstance(control, QPushButton) else "")
            assert named, f"{control.objectName() or control} has no name"


@with_window
async def test_somebody_else_who_signs_in_finds_nobodys_callers(opened: Opened) -> None:
    await _open(opened, MARIA)
    desk = opened.handle.desk
    opened.service.end_sessions()
    opened.window.reader.read_again(opened.window.callers.front)  # type: ignore[arg-type]
    await opened.until(lambda: desk.session.state is SessionState.EXPIRED)
    await sign_in(desk, "ana", PASSWORD)
    await opened.until(lambda: opened.window.frame.story.timeline.hasFocus())
    assert opened.window.callers.front is not None
    opened.service.end_sessions()
    opened.window.reader.read_again(opened.window.callers.front)
    await opened.until(lambda: desk.session.state is SessionState.EXPIRED)
    await sign_in(desk, "ben", PASSWORD)
    await opened.until(lambda: desk.session.state is SessionState.SIGNED_IN)
    assert opened.window.callers.callers == []
    assert opened.window.callers.recents == []


@with_window
async def test_what_is_on_its_way_stands_on_top_until_the_service_answers(opened: Opened) -> None:
    await _open(opened, MARIA)
    desk, model = opened.handle.desk, opened.window.callers.front.model  # type: ignore[union-attr]
    await write_note(desk, recipient_id=MARIA, text="Told her to try again.")
    assert model.row_at(0).pending
    assert model.row_at(0).badge == "on its way"
    await opened.until(lambda: not model.row_at(0).pending)
    assert desk.outbox.pending(MARIA) == ()


@with_window
async def test_a_refused_action_says_why_and_is_put_away_by_key(opened: Opened) -> None:
    await _open(opened, MARIA)
    desk, model = opened.handle.desk, opened.window.callers.front.model  # type: ignore[union-attr]
    opened.service.refuse_next.append(
        Problem(409, ProblemType.FORBIDDEN, "Notes are closed for this caller.")
    )
    await write_note(desk, recipient_id=MARIA, text="Told her to try again.")
    await opened.until(lambda: model.row_at(0).badge == "refused")
    assert any("Notes are closed" in sentence for sentence in opened.window.frame.notices.sentences())
    timeline = opened.window.frame.story.timeline
    timeline.setFocus()
    timeline.setCurrentIndex(model.index(0))
    opened.press(Qt.Key.Key_Return, CTRL)
    await opened.until(lambda: desk.outbox.pending(MARIA) == ())
    await opened.until(lambda: not model.row_at(0).pending)


async def test_a_story_tells_its_age_once_the_line_is_cut_and_no_longer_when_it_is_whole(
    tmp_path: Path,
) -> None:
    async with a_window(tmp_path, with_line=True) as opened:
        assert opened.line is not None
        await _open(opened, MARIA)
        since = opened.child(QLabel, "consentSince")
        assert "not newer" not in since.text()
        await opened.line.shut()
        await opened.until(lambda: since.text().startswith("Read just now, not newer."))
        await opened.line.open()
        await opened.until(lambda: "not newer" not in since.text())
