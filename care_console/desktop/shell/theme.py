"""The look as Qt wants it: Fusion, our own palette, our own style sheet, our own font. Applied to the whole
application at once; whoever paints by hand asks `current()` for the colours."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Template

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from care_console.desktop.shell.tokens import COLOURS, Colours, Look, TextSizes
from care_console.resources import resource

FAMILY = "Inter"
_FALLBACKS = ("DejaVu Sans", "Segoe UI", "Helvetica Neue")
_FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")


@dataclass(frozen=True, slots=True)
class Theme:
    """What is on the screen now."""

    look: Look = Look.LIGHT
    sizes: TextSizes = field(default_factory=TextSizes)

    @property
    def colours(self) -> Colours:
        """The colours of the look."""
        return COLOURS[self.look]


class _Teller(QObject):
    changed = Signal()


_now = Theme()
_teller: _Teller | None = None
_fonts_loaded = False


def current() -> Theme:
    """The theme on the screen."""
    return _now


def teller() -> _Teller:
    """Its `changed` fires after a theme was applied; for whoever keeps painted things in a cache."""
    global _teller
    if _teller is None:
        _teller = _Teller()
    return _teller


def apply(application: QApplication, look: Look, text_scale: float = 1.0) -> None:
    """Dress the application in a look. `text_scale` 1.0 to 2.0."""
    global _now
    _load_fonts()
    _now = Theme(look, TextSizes(text_scale))
    application.setStyle("Fusion")
    application.setFont(font())
    application.setPalette(_palette(_now.colours))
    application.setStyleSheet(_style_sheet(_now))
    teller().changed.emit()


def font(pixels: int | None = None, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Our font, by default in the size of what is read, with figures that all have one width."""
    made = QFont()
    made.setFamilies([FAMILY, *_FALLBACKS])
    made.setPixelSize(pixels if pixels is not None else _now.sizes.body)
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def _load_fonts() -> None:
    global _fonts_loaded
    if _fonts_loaded:
        return
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(resource("fonts", name)))
    _fonts_loaded = True


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for part, colour in {
        role.Window: colours.window,
        role.WindowText: colours.ink,
        role.Base: colours.surface,
        role.AlternateBase: colours.sunken,
        role.Text: colours.ink,
        role.PlaceholderText: colours.ink_faint,
        role.Button: colours.surface,
        role.ButtonText: colours.ink,
        role.BrightText: colours.bad,
        role.ToolTipBase: colours.surface,
        role.ToolTipText: colours.ink,
        role.Highlight: colours.selection,
        role.HighlightedText: colours.ink,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Accent: colours.accent,
        role.Light: colours.surface,
        role.Midlight: colours.hover,
        role.Mid: colours.line,
        role.Dark: colours.line_strong,
        role.Shadow: colours.line_strong,
    }.items():
        palette.setColor(part, QColor(colour))
    for part in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, QColor(colours.ink_faint))
    return palette


def _style_sheet(theme: Theme) -> str:
    template = Template(resource("style", "desk.qss").read_text(encoding="utf-8"))
    sizes = theme.sizes
    return template.substitute(
        theme.colours.as_dict(),
        small=f"{sizes.small}px",
        body=f"{sizes.body}px",
        lead=f"{sizes.lead}px",
        title=f"{sizes.title}px",
    )
