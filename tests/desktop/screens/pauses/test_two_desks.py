"""Paused by keys on one desk and seen on the other, both on the real service on a real socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from care_console.contract.messages import OfferKind
from care_console.contract.recipients import RecipientStory
from care_console.desktop.app import DeskHandle
from care_console.desktop.screens.story.side import SideColumn
from care_console.desktop.shell import keys
from tests.desktop.screens.care import on_qt
from tests.desktop.screens.two_desks import PATIENT, desk_of, staffed, turn_to
from tests.support import builders
from tests.support.desks import until
from tests.support.web_process import web_process


@dataclass(frozen=True)
class Told:
    """The caller and the facility of the message whose text waits."""

    recipient_id: str
    facility_id: str


async def _set_up(database_url: str, folder: Path) -> Told:
    async with staffed(database_url, folder) as ctx:
        recipient = await builders.a_recipient(ctx)
        facility = await builders.a_facility(ctx, name="Jackson County Jail", state="MO")
        await builders.a_facility(ctx, name="Jackson County Jail", state="TX")
        sender = await builders.a_sender(ctx, facility_id=facility)
        message = await builders.a_message(ctx, recipient_id=recipient, sender_id=sender)
        await builders.a_link(ctx, message)
        await builders.a_text(ctx, message, status="queued")
        return Told(str(recipient), str(facility))


async def _open(handle: DeskHandle, told: Told) -> None:
    handle.window.open_caller(told.recipient_id, "", "")
    await until(lambda: _story(handle), PATIENT)


def _story(handle: DeskHandle) -> RecipientStory | None:
    front = handle.window.callers.front
    return front.view.story if front is not None and front.view is not None else None


def _says(handle: DeskHandle) -> str:
    """What is to be said of the message in the story that is shown."""
    story = _story(handle)
    return story.open_messages[0].diagnosis.say.en if story is not None else ""


@pytest.mark.timeout(300)
def test_what_is_paused_on_one_desk_is_seen_on_the_other(database_url: str, tmp_path: Path) -> None:
    told = asyncio.run(_set_up(database_url, tmp_path))

    async def scenario(url: str) -> None:
        async with desk_of(url, "ana", tmp_path / "ana") as ana, desk_of(url, "sue", tmp_path / "sue") as sue:
            await until(lambda: sue.window.queues.queues.front_key, PATIENT)
            await turn_to(ana)
            await _open(ana, told)
            header = ana.window.frame.story.header
            badge, since = header.paused, header.pause
            assert not badge.isVisible()
            assert "has not left yet" in _says(ana)

            hands = await turn_to(sue)
            await _open(sue, told)
            side = sue.window.side
            assert isinstance(side, SideColumn)
            panel = side.panels.pause
            hands.press("Ctrl+Shift+P")
            hands.type("Its owner says it is <b>not</b> hers")
            hands.press("Ctrl+Return")
            await until(lambda: panel.state.text.startswith("Paused since "), PATIENT)
            for desk in (ana, sue):
                await until(desk.window.frame.story.header.paused.isVisible, PATIENT)
            assert since.text().endswith("by sue: “Its owner says it is <b>not</b> hers”")
            assert "this number are paused" in _says(ana)
            hands.press("Escape", "Ctrl+Shift+P")
            keys.forget_commits()
            hands.press("Ctrl+Return")
            await until(lambda: panel.state.text.startswith("Resumed at "), PATIENT)
            await until(lambda: not badge.isVisible(), PATIENT)

            hands.press("Ctrl+J")
            sheet = sue.window.pauses
            await until(lambda: sheet.says.text().startswith("Nothing is paused now."), PATIENT)
            hands.type("jack")
            await until(lambda: sheet.model.rowCount() == 2, PATIENT)
            hands.press("Return")
            assert sheet.panel.heading.text() == "Pause Jackson County Jail, MO"
            hands.type("Recorder runs wild")
            keys.forget_commits()
            hands.press("Ctrl+Return")
            await until(lambda: sheet.panel.state.text.startswith("Paused since "), PATIENT)
            await until(lambda: (line := sheet.model.at(0)) and line.badge == "paused", PATIENT)
            hands.press("Escape")
            hands.press("Ctrl+J", "Ctrl+J")
            await until(lambda: sheet.model.rowCount() == 1, PATIENT)
            line = sheet.model.at(0)
            assert line is not None
            assert (line.thing.title, line.thing.facility_id) == ("Jackson County Jail, MO", told.facility_id)

            await until(lambda: "from Jackson County Jail are paused" in _says(ana), PATIENT)
            side = ana.window.side
            assert isinstance(side, SideColumn)
            aloud = side.say.sentence
            await until(lambda: "de Jackson County Jail están suspendidos" in aloud.text(), PATIENT)
            story = _story(ana)
            assert story is not None
            assert story.open_messages[0].diagnosis.offer.do is OfferKind.REISSUE
            assert not badge.isVisible(), "the number itself is not paused"

    with web_process(database_url, tmp_path) as service:
        on_qt(scenario(service.url))
