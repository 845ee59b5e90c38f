"""At 100, 150 and 200 % of text, on a small screen: no word is cut off, and nothing is out of sight.

Each look is painted too, and a picture that is nearly all of one colour is none.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from care_console.desktop.shell.tokens import Look
from tests.support.clipping import cut_off
from tests.support.story_service import AWKWARD, MARIA
from tests.support.windows import Opened, a_window

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier
LOOKS = {1.0: Look.LIGHT, 1.5: Look.DARK, 2.0: Look.HIGH_CONTRAST}


def _colours(picture: QImage) -> int:
    places = ((x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7))
    return len({picture.pixel(x, y) for x, y in places})


async def _settled(opened: Opened) -> None:
    """Wait until the layout is through; what is cut off for good is told by the assertion that follows."""
    with contextlib.suppress(TimeoutError):
        await opened.until(lambda: not cut_off(opened.window))


@pytest.mark.parametrize("scale", LOOKS)
async def test_nothing_is_cut_off_on_a_small_screen(tmp_path: Path, scale: float) -> None:
    async with a_window(tmp_path / "desk", look=LOOKS[scale]) as opened:
        window = opened.window
        window.dress.put_on(LOOKS[scale], scale)
        for recipient_id in (MARIA, AWKWARD):
            story = opened.service.stories[recipient_id]
            window.open_caller(recipient_id, story.name, story.phone)
            await opened.read()
            await _settled(opened)
            assert cut_off(window) == []
            side = opened.child(QScrollArea, "sideScroll").horizontalScrollBar()
            await opened.until(lambda side=side: side.maximum() == 0)  # type: ignore[misc]
            assert (window.width(), window.height()) == (1366, 768)
            assert _colours(window.grab().toImage()) > 20
        opened.press(Qt.Key.Key_K, CTRL)
        await _settled(opened)
        assert cut_off(window) == []
        assert window.rect().contains(opened.child(QWidget, "commandSheet").geometry())
        opened.press(Qt.Key.Key_Escape)
        opened.press(Qt.Key.Key_F1)
        await _settled(opened)
        assert cut_off(window) == []
        assert window.rect().contains(opened.child(QWidget, "keySheet").geometry())
        opened.press(Qt.Key.Key_Escape)
        window.lock.by_key()
        await _settled(opened)
        assert cut_off(window) == []


async def test_what_is_cut_off_would_be_found(tmp_path: Path) -> None:
    async with a_window(tmp_path / "desk") as opened:
        window = opened.window
        narrow = QLabel("Words that need more room than they have", window)
        narrow.setObjectName("narrow")
        narrow.setGeometry(20, 20, 60, 20)
        outside = QLabel("Beyond", window)
        outside.setObjectName("outside")
        outside.move(1340, 300)
        for label in (narrow, outside):
            label.show()
        found = " ".join(cut_off(window))
        assert "narrow “Words" in found
        assert "outside “Beyond”" in found
