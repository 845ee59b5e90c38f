"""Open callers through a restart, and who else is at a story, on the real window."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from care_console.contract.charges import RefundReason, RefundState
from care_console.contract.presence import Doing, Here
from care_console.contract.roles import Role
from care_console.contract.timeline import EntryKind, NoteEntry, RefundEntry
from care_console.desktop.app import open_desk
from care_console.desktop.keychain import open_keychain
from care_console.desktop.screens.story import reading
from care_console.desktop.screens.story.lines import row_of
from care_console.desktop.screens.story.live import newest_by_others, told
from care_console.desktop.screens.story.presence import in_words
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Tone
from tests.desktop.screens.care import Care, CareService, care, on_qt
from tests.support.desks import until
from tests.support.fake_service import PASSWORD, fake_service
from tests.support.story_service import AWKWARD, AWKWARD_NAME, MARIA, NOBODY

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


@contextlib.asynccontextmanager
async def a_care_desk(service: CareService, folder: Path, login: str = "ana") -> AsyncIterator[Care]:
    """The window on a service that stays while desks come and go, with nobody opened."""
    keys.forget_commits()
    keychain = await open_keychain()
    handle = await open_desk(service.url, login, PASSWORD, data_dir=folder, keychain=keychain)
    try:
        handle.window.activateWindow()
        await until(lambda: handle.window.keeper.taken_up_for == login)
        yield Care(handle, service)
    finally:
        await handle.close()


async def opened(desk: Care, recipient_id: str) -> None:
    story = desk.service.stories[recipient_id]
    desk.handle.window.open_caller(story.id, story.name, story.phone)
    await until(lambda: desk.side.isEnabled() and desk.side.note.call is not None)
    await until(lambda: desk.side.note.call.recipient_id == recipient_id)


@contextlib.asynccontextmanager
async def a_service() -> AsyncIterator[CareService]:
    async with fake_service(CareService()) as running:
        assert isinstance(running, CareService)
        yield running


def test_callers_come_back_as_they_were_left_and_calls_are_offered_again(folder: Path) -> None:
    async def scenario() -> None:
        async with a_service() as service:
            async with a_care_desk(service, folder) as desk:
                await _leave_two_callers(desk)
            reads = len(service.story_reads)
            async with a_care_desk(service, folder) as desk:
                window = desk.handle.window
                await until(lambda: desk.side.isEnabled())
                assert [one.recipient_id for one in window.callers.callers] == [MARIA, AWKWARD]
                assert window.callers.front is window.callers.callers[0]
                assert any("not wrapped up" in told for told in window.frame.notices.sentences())
                timeline = window.frame.story.timeline
                await until(lambda: timeline.selected_row() and timeline.selected_row().key == "charge:c28b")
                await until(lambda: timeline.verticalScrollBar().value() == 90)
                note = desk.find(QPlainTextEdit, "noteText")
                await until(lambda: note.toPlainText() == "says <i>nothing</i> plays")
                await until(lambda: desk.side.panels.opt_out.words.toPlainText() == "Wrong number")
                assert desk.side.reasons.value == "cannot_hear"
                assert set(service.story_reads[reads:]) == {MARIA}, "the caller behind is not read yet"
                window.opening.step(1)
                await until(lambda: window.frame.story.chips.kinds == frozenset({EntryKind.CHARGE}))
                await until(lambda: AWKWARD_NAME in window.frame.story.header.name.text())

    on_qt(scenario())


async def _leave_two_callers(desk: Care) -> None:
    await opened(desk, MARIA)
    desk.press("Ctrl+1")
    desk.find(QPlainTextEdit, "noteText").setPlainText("says <i>nothing</i> plays")
    await desk.select("charge:c28b")
    pane = desk.handle.window.frame.story
    pane.timeline.verticalScrollBar().setValue(90)
    desk.press("F9", "3")
    await opened(desk, AWKWARD)
    desk.find(QPushButton, "chip_charge").click()
    await until(lambda: pane.timeline.model().rowCount() == 1)
    desk.press("Ctrl+Tab")
    await until(lambda: desk.side.panels.half_filled)


def test_a_call_that_was_wrapped_up_or_only_looked_at_is_not_offered_again(folder: Path) -> None:
    async def scenario() -> None:
        async with a_service() as service:
            async with a_care_desk(service, folder) as desk:
                await opened(desk, MARIA)
                desk.press("Ctrl+7", "Ctrl+Shift+Return")
                await until(lambda: service.done("contact"))
                await until(lambda: desk.handle.window.callers.front is None)
                await opened(desk, NOBODY)
                desk.press("Ctrl+W")
                await desk.settled()
            async with a_care_desk(service, folder) as desk:
                assert desk.handle.window.callers.callers == []
                assert not any("wrapped up" in told for told in desk.handle.window.frame.notices.sentences())

    on_qt(scenario())


def test_another_person_finds_nobody_of_the_one_before(folder: Path) -> None:
    async def scenario() -> None:
        async with a_service() as service:
            async with a_care_desk(service, folder) as desk:
                await opened(desk, MARIA)
                desk.press("Ctrl+1")
                await until(lambda: desk.side.note.text.toPlainText())
            async with a_care_desk(service, folder, "ben") as desk:
                assert desk.handle.window.callers.callers == []
                assert desk.handle.window.callers.recents == []
                kept = await desk.handle.desk.store.drafts()
                assert not [one for one in kept if one.fields.get("by") == "ana"]

    on_qt(scenario())


def test_who_else_is_here_is_shown_and_told_in_turn(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            window = desk.handle.window
            await desk.until(lambda: desk.service.told)
            assert [(one.recipient_id, one.doing) for one in desk.service.told[-1].open] == [
                (MARIA, Doing.ON_CALL)
            ]
            badge = window.frame.story.header.here
            assert badge.isHidden()
            sue = Here(recipient_id=MARIA, login="sue", role=Role.SUPERVISOR, doing=Doing.VIEWING, since=NOW)
            desk.service.here = [sue]
            await desk.until(lambda: desk.service.listeners)
            reads = len(desk.service.story_reads)
            desk.service.tell("presence", MARIA, recipient_id=MARIA)
            await desk.until(lambda: badge.word == "Also here: sue, supervisor (viewing)")
            assert badge.isVisible()
            desk.press("F7")
            await desk.until(lambda: desk.service.told[-1].open[0].doing is Doing.REFUNDING)
            await desk.until(lambda: desk.side.review is not None and desk.side.review.phase == "editing")
            desk.press("Escape")
            await desk.until(lambda: desk.service.told[-1].open[0].doing is Doing.ON_CALL)
            desk.service.here = []
            desk.service.tell("presence", MARIA, recipient_id=MARIA)
            await desk.until(badge.isHidden)
            assert len(desk.service.story_reads) == reads, "who is here is no reason to read a story again"

    on_qt(scenario())


def test_what_somebody_else_does_waits_and_says_by_whom_and_how_long_ago(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.until(lambda: desk.service.listeners)
            window = desk.handle.window
            top = window.callers.front.model.row_at(0)
            entry = RefundEntry(
                id=str(uuid4()),
                at=datetime.now(UTC) - timedelta(seconds=40),
                charge_id="c28b",
                amount_cents=399,
                state=RefundState.SUCCEEDED,
                reason=RefundReason.DUPLICATE,
                requested_by="sue",
            )
            desk.service.timelines[MARIA].insert(0, entry)
            desk.service.tell("refund", entry.id, recipient_id=MARIA)
            pill = window.frame.story.new_rows
            await desk.until(pill.isVisible)
            assert pill.text().startswith("1 new · $3.99 refunded by sue, 4")
            assert window.callers.front.model.row_at(0) is top
            desk.press("F5")
            await desk.until(pill.isHidden)
            assert window.callers.front.model.row_at(0).key == f"refund:{entry.id}"

    on_qt(scenario())


def is_quiet(desk: Care) -> bool:
    """Whether the window reads nothing and is about to read nothing."""
    reads = any(task.get_name().startswith("reading") for task in tasks._running)
    return not reads and not desk.handle.window.reader._together.isActive()


def test_whoever_did_it_is_not_refreshed_twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # on a busy machine the events of the deed may come later after its answer than in life
    monkeypatch.setattr(reading, "_ANSWERED_LATELY_SECONDS", 120.0)

    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.until(lambda: desk.service.listeners)
            timeline = desk.handle.window.frame.story.timeline
            timeline.setFocus(Qt.FocusReason.OtherFocusReason)
            desk.find(QPlainTextEdit, "noteText").setPlainText("called")
            await desk.until(lambda: desk.handle.window.callers.front.model.loaded)
            await desk.until(lambda: is_quiet(desk))
            before = len(desk.service.story_reads)
            desk.press("Ctrl+S")
            await desk.until(lambda: desk.service.done("note"))
            desk.service.tell("recipient", MARIA, 7, MARIA, yours=True)
            await desk.until(lambda: len(desk.service.story_reads) > before)
            await desk.settled()
            desk.service.tell("recipient", MARIA, 8, MARIA, yours=True)
            desk.service.tell("recipient", NOBODY, 9, NOBODY)
            heard: list[int] = []
            desk.handle.desk.changes.subscribe(lambda change: heard.append(change.version))
            desk.service.tell("recipient", NOBODY, 10, NOBODY)
            await desk.until(lambda: 10 in heard)
            await desk.until(lambda: is_quiet(desk))
            assert len(desk.service.story_reads) == before + 1
            desk.service.tell("recipient", MARIA, 11, MARIA)
            await desk.until(lambda: len(desk.service.story_reads) == before + 2)

    on_qt(scenario())


def test_words_for_who_is_here() -> None:
    def here(login: str, doing: Doing) -> Here:
        return Here(recipient_id="1", login=login, role=Role.SPECIALIST, doing=doing, since=NOW)

    assert in_words(()) == ("", Tone.PLAIN)
    two = [here("ana", Doing.VIEWING), here("x" * 60, Doing.REFUNDING)]
    words, tone = in_words(two)
    assert words == f"Also here: {'x' * 24}…, specialist (reviewing a refund) and 1 more"
    assert tone is Tone.WARN


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s ago"), (40, "40 s ago"), (61, "1 min ago"), (-5, "0 s ago"), (4000, "")],
)
def test_how_long_ago_somebody_else_did_it(seconds: int, words: str) -> None:
    row = row_of(NoteEntry(id="n", at=NOW - timedelta(seconds=seconds), text="x", actor="sue"))
    said = told(row, NOW)
    assert said == (f"Note added by sue, {words}" if words else "")
    assert newest_by_others([row], "sue") is None
    assert newest_by_others([row], "ana") is row
