"""Icons by what they mean, in the colours of the theme. The font behind them is loaded at the first, so ask
for none before the first paint."""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap

from care_console.desktop.shell import theme

_SIZES = (16, 20, 24, 32, 48)
_OF_ITS_SQUARE = 0.875
_FADED = 0.4
_GLYPHS = {
    "message": "microphone",
    "text_out": "chat-text",
    "text_in": "chat-dots",
    "link": "link-simple",
    "visit": "globe-simple",
    "play": "speaker-high",
    "charge": "credit-card",
    "refund": "arrow-u-up-left",
    "dispute": "scales",
    "consent_on": "bell",
    "consent_off": "bell-slash",
    "consent_held": "hand-palm",
    "note": "note-pencil",
    "preview": "headphones",
    "contact": "phone",
    "on_its_way": "paper-plane-tilt",
    "find": "magnifying-glass",
    "person": "user",
    "people": "users",
    "clock": "clock",
    "paused": "pause-circle",
    "facility": "buildings",
    "online": "cloud-check",
    "offline": "cloud-slash",
    "signed_out": "lock-simple",
    "expired": "hourglass",
    "good": "check-circle",
    "warn": "warning",
    "bad": "warning-octagon",
    "info": "info",
    "open": "caret-down",
    "closed": "caret-right",
    "close": "x",
    "keys": "keyboard",
    "privileged": "shield",
    "language": "translate",
}


def pixmap(name: str, colour: str, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """An icon in a colour (``#rrggbb``), `size` device-independent pixels square, sharp at a pixel ratio."""
    return _pixmap(name, colour, size, ratio)


def icon(name: str, colour: str | None = None) -> QIcon:
    """An icon for a button, by default in the colour of what is read."""
    return _icon(name, colour or theme.current().colours.ink_soft)


@lru_cache(maxsize=512)
def _icon(name: str, colour: str) -> QIcon:
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_drawn(name, QColor(colour), size))
        faded = QColor(colour)
        faded.setAlphaF(_FADED * faded.alphaF())
        made.addPixmap(_drawn(name, faded, size), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=1024)
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    drawn = _drawn(name, QColor(colour), round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def _drawn(name: str, colour: QColor, size: int) -> QPixmap:
    """A glyph in the middle of a square of so many pixels."""
    family, glyphs = _face()
    font = QFont(family)
    font.setPixelSize(round(_OF_ITS_SQUARE * size))
    drawn = QPixmap(size, size)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(drawn.rect(), Qt.AlignmentFlag.AlignCenter, glyphs[_GLYPHS[name]])
    painter.end()
    return drawn


@lru_cache(maxsize=1)
def _face() -> tuple[str, dict[str, str]]:
    """The font's family and its glyphs by name: of qtawesome's eleven fonts this one alone.

    Its own loader would read them all: 37 MB and a sixth of a second.
    """
    fonts = _package_folder() / "fonts"
    [file] = fonts.glob("phosphor-[0-9]*.ttf")
    [charmap] = fonts.glob("phosphor-charmap-*.json")
    named = json.loads(charmap.read_bytes())
    family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))[0]
    return family, {glyph: chr(int(named[glyph], 16)) for glyph in _GLYPHS.values()}


def _package_folder() -> Path:
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle:
        return Path(bundle) / "qtawesome"
    found = find_spec("qtawesome")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the package qtawesome, which holds the icons, is not installed")
    return Path(found.origin).parent
