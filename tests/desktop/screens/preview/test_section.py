"""The preview on the real window: measured first, then the reason, then the sound, which stays in memory."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from care_console.contract.messages import LouderCopy, Verdict
from care_console.contract.problems import ProblemType
from care_console.desktop.screens.preview.player import PlayerState
from care_console.desktop.widgets.waveform import Waveform
from tests.desktop.screens.care import Care, CareService, care, on_qt
from tests.support.fake_service import Problem
from tests.support.story_service import MARIA, NOBODY


def says(desk: Care) -> str:
    text: str = desk.find(QWidget, "previewState").text
    return text


async def playing(desk: Care) -> None:
    section = desk.side.preview_section
    await desk.until(lambda: section.player is not None and section.player.state is PlayerState.PLAYING)


def test_levels_and_waveform_are_there_before_anybody_listens(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            assert desk.find(QLabel, "previewLevels").text() == "1:12 · speech 81 % · −18 LUFS · µ-law"
            assert desk.find(Waveform, "previewWaveform").isVisible()
            assert not desk.service.done("preview")
            desk.press("F4")
            assert not desk.service.done("preview")
            assert desk.side.preview_section.player is None

    on_qt(scenario())


def test_a_reason_by_one_key_then_it_plays_moves_and_holds(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F4", "1")
            await playing(desk)
            assert desk.service.done("preview")[0].fields == {
                "id": "m28",
                "reason": "could_not_hear",
                "louder": False,
            }
            waveform = desk.find(Waveform, "previewWaveform")
            await desk.until(lambda: waveform.position > 0)
            desk.press("Space")
            player = desk.side.preview_section.player
            assert player is not None
            await desk.until(lambda: player.state is PlayerState.PAUSED)
            desk.press("End")
            await desk.until(lambda: waveform.position > 0.9)
            desk.press("Home")
            await desk.until(lambda: waveform.position < 0.1)
            if not player.has_device:
                assert "No sound device" in says(desk)

    on_qt(scenario())


def test_speeds_go_round_from_three_quarters_to_twice(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F4", "1")
            await playing(desk)
            speed = desk.find(QPushButton, "previewSpeed")
            seen = []
            for _ in range(6):
                speed.click()
                seen.append(speed.text())
            assert seen == ["1.25×", "1.5×", "1.75×", "2×", "0.75×", "1×"]

    on_qt(scenario())


def test_another_caller_silences_it_and_lets_go_of_the_sound(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("F4", "2")
            await playing(desk)
            player = desk.side.preview_section.player
            assert player is not None
            other = desk.service.stories[NOBODY]
            desk.handle.window.open_caller(other.id, other.name, other.phone)
            await desk.until(lambda: player.state is PlayerState.EMPTY and player.sounds_held == 0)

    on_qt(scenario())


def test_a_privileged_message_is_not_even_asked_for(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        story = service.stories[MARIA]
        privileged = story.open_messages[0].model_copy(update={"privileged": True})
        service.stories[MARIA] = story.model_copy(update={"open_messages": [privileged]})
        async with care(folder, service) as desk:
            desk.press("F4", "1")
            assert "Privileged" in says(desk)
            assert not desk.find(QPushButton, "previewOpen").isEnabled()
            assert not desk.service.done("preview")

    on_qt(scenario())


def test_a_refusal_is_said_and_another_reason_can_be_given(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.service.refuse_next.append(
                Problem(409, ProblemType.MESSAGE_HAS_NO_SOUND, "The recording is gone.")
            )
            desk.press("F4", "1")
            await desk.until(lambda: "gone" in says(desk))
            desk.press("F4", "4")
            await playing(desk)

    on_qt(scenario())


def test_what_is_no_sound_says_so(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService(sound=b"this is no recording" * 50)
        async with care(folder, service) as desk:
            desk.press("F4", "1")
            await desk.until(lambda: "cannot be played" in says(desk))

    on_qt(scenario())


def _with_louder(service: CareService, louder: LouderCopy, verdict: Verdict | None = None) -> None:
    for id, message in service.messages.items():
        found = (
            message.diagnosis
            if verdict is None
            else message.diagnosis.model_copy(update={"verdict": verdict})
        )
        service.messages[id] = message.model_copy(update={"louder": louder, "diagnosis": found})


def test_the_louder_copy_is_heard_for_a_reason_and_then_for_the_same(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        _with_louder(service, LouderCopy.READY)
        async with care(folder, service) as desk:
            await desk.until(lambda: desk.find(QPushButton, "previewLouder").isVisible())
            desk.press("Shift+F4")
            assert not desk.service.done("preview")
            desk.press("1")
            await playing(desk)
            assert [deed.fields["louder"] for deed in desk.service.done("preview")] == [True]
            section = desk.side.preview_section
            assert section.player is not None
            if section.player.has_device:
                assert "louder copy" in says(desk)
            section.forget()
            desk.press("F4", "1")
            await playing(desk)
            desk.press("Shift+F4")
            await desk.until(lambda: len(desk.service.done("preview")) == 3)
            told = [(deed.fields["louder"], deed.fields["reason"]) for deed in desk.service.done("preview")]
            assert told == [(True, "could_not_hear"), (False, "could_not_hear"), (True, "could_not_hear")]

    on_qt(scenario())


def test_a_copy_that_is_being_made_says_so_and_a_quiet_recording_offers_it(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        _with_louder(service, LouderCopy.BEING_MADE, Verdict.RECORDING_QUIET)
        async with care(folder, service) as desk:
            louder = desk.find(QPushButton, "previewLouder")
            await desk.until(louder.isVisible)
            assert not louder.isEnabled()
            desk.press("Shift+F4")
            assert "being made" in says(desk)
            assert not desk.service.done("preview")
            assert "Offer the louder copy soon: it is being made" in desk.side.checks.text

    on_qt(scenario())


def test_a_copy_that_cannot_be_made_says_so_and_is_not_offered(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        _with_louder(service, LouderCopy.CANNOT_BE_MADE, Verdict.RECORDING_QUIET)
        async with care(folder, service) as desk:
            louder = desk.find(QPushButton, "previewLouder")
            await desk.until(louder.isVisible)
            assert not louder.isEnabled()
            assert louder.toolTip() == "No louder copy of this recording can be made."
            desk.press("Shift+F4")
            assert says(desk) == louder.toolTip()
            assert not desk.service.done("preview")
            assert "No louder copy of it can be made" in desk.side.checks.text
            assert "Offer the louder copy" not in desk.side.checks.text

    on_qt(scenario())


def test_a_recording_without_one_offers_none(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            assert not desk.find(QPushButton, "previewLouder").isVisible()
            desk.press("Shift+F4")
            assert says(desk) == "There is no louder copy of this recording."
            assert "louder" not in desk.side.checks.text

    on_qt(scenario())
