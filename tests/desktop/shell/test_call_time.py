"""What the frame tells of time: how long the call lasts, care's hours, the time at the caller's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from care_console.desktop.shell.call_time import CallLimits, care_words, time_there
from care_console.desktop.shell.tokens import Tone
from tests.support.clocks import HandClock
from tests.support.story_service import MARIA, NOBODY
from tests.support.windows import a_window

_NOON = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "tone", "words"),
    [
        (0, Tone.PLAIN, "00:00 call"),
        (179.9, Tone.PLAIN, "02:59 call"),
        (180, Tone.WARN, "03:00 call, over 3 min"),
        (299, Tone.WARN, "04:59 call, over 3 min"),
        (300, Tone.BAD, "05:00 call, over 5 min"),
        (6000, Tone.BAD, "100:00 call, over 5 min"),
    ],
)
def test_a_call_turns_amber_and_red(seconds: float, tone: Tone, words: str) -> None:
    assert CallLimits().reached(seconds)[::2] == (tone, words)


def test_the_limits_are_settings_and_nonsense_is_left_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_CALL_AMBER_SECONDS", "90")
    assert CallLimits.from_environment() == CallLimits(90, 300)
    monkeypatch.setenv("CARE_CALL_RED_SECONDS", "60")
    assert CallLimits.from_environment() == CallLimits(90, 90)
    monkeypatch.setenv("CARE_CALL_AMBER_SECONDS", "-5")
    monkeypatch.setenv("CARE_CALL_RED_SECONDS", "soon")
    assert CallLimits.from_environment() == CallLimits()


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (_NOON, "Care is open until 9 PM"),
        (datetime(2026, 11, 25, 8, 0, tzinfo=UTC), "Care is closed: opens 9 AM"),
        (datetime(2026, 11, 20, 3, 0, tzinfo=UTC), "Care is closed: opens Fri 9 AM"),
        (datetime(2026, 11, 21, 15, 0, tzinfo=UTC), "Care is closed: opens Mon 9 AM"),
        (datetime(2026, 11, 26, 15, 0, tzinfo=UTC), "Care is closed for Thanksgiving Day: opens Fri 9 AM"),
    ],
)
def test_care_hours_in_words(at: datetime, words: str) -> None:
    assert care_words(at) == words


def test_the_time_there_is_told_only_where_the_number_tells_it() -> None:
    assert time_there(["America/Chicago"], _NOON) == "There 11:00 AM Central"
    assert time_there(["America/New_York", "America/Detroit"], _NOON) == "There 12:00 PM Eastern"
    assert time_there(["America/Chicago", "America/Denver"], _NOON) == "There 11:00 AM or 10:00 AM"
    assert time_there(["America/Phoenix"], datetime(2026, 7, 1, 17, tzinfo=UTC)) == "There 10:00 AM Mountain"
    assert time_there([], _NOON) == ""
    assert time_there(["Mars/Olympus"], _NOON) == ""


@pytest.mark.asyncio
async def test_the_window_shows_them_and_each_caller_has_a_call_of_its_own(tmp_path: Path) -> None:
    clock = HandClock(_NOON)
    async with a_window(tmp_path / "desk", clock=clock) as opened:
        window, timer = opened.window, opened.window.frame.top.timer
        assert timer.word == "No call"
        assert opened.child(QLabel, "careHours").text() == "Care is open until 9 PM"
        for recipient_id, zones in ((MARIA, ("America/Chicago",)), (NOBODY, ())):
            story = opened.service.stories[recipient_id].model_copy(update={"zones": zones})
            opened.service.stories[recipient_id] = story
        window.open_caller(MARIA, "", "+12145550142")
        await opened.read()
        there = opened.child(QLabel, "timeThere")
        assert there.text() == "There 11:00 AM Central"
        clock.move(minutes=4)
        assert timer.word.endswith("call, over 3 min")
        assert timer.accessibleName() == timer.word
        assert there.text() == "There 11:04 AM Central"
        window.open_caller(NOBODY, "", "+12145550142")
        await opened.read()
        assert timer.word.startswith("00:0")
        assert there.isHidden()
        window.opening.step(1)
        assert timer.word.startswith("04:0")
        clock.move(hours=9)
        assert opened.child(QLabel, "careHours").text() == "Care is closed: opens Fri 9 AM"
