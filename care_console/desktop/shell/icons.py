"""Icons by what they mean, in the colours of the theme. The font behind them is loaded at the first, so ask
for none before the first paint."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QIcon, QPixmap

from care_console.desktop.shell import theme

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
    import qtawesome  # type: ignore[import-untyped]

    made: QIcon = qtawesome.icon("ph." + _GLYPHS[name], color=colour)
    return made


@lru_cache(maxsize=1024)
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    drawn = _icon(name, colour).pixmap(round(size * ratio), round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    return drawn
