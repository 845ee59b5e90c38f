"""The look in numbers: colours of each theme, the spacing scale, sizes of text. Knows nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Look(StrEnum):
    """A theme."""

    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high_contrast"


class Tone(StrEnum):
    """What a colour means. Never the only sign of it: a word and a shape always stand beside."""

    PLAIN = "plain"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme's colours, as ``#rrggbb``. Each ``*_soft`` is a ground on which its namesake is legible."""

    window: str
    surface: str
    sunken: str
    line: str
    line_strong: str
    ink: str
    ink_soft: str
    ink_faint: str
    accent: str
    accent_soft: str
    accent_strong: str
    on_accent: str
    selection: str
    hover: str
    focus: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str

    def ink_of(self, tone: Tone) -> str:
        """The colour of words in a tone."""
        return {
            Tone.PLAIN: self.ink_soft,
            Tone.ACCENT: self.accent,
            Tone.GOOD: self.good,
            Tone.WARN: self.warn,
            Tone.BAD: self.bad,
        }[tone]

    def ground_of(self, tone: Tone) -> str:
        """The ground under words in a tone."""
        return {
            Tone.PLAIN: self.sunken,
            Tone.ACCENT: self.accent_soft,
            Tone.GOOD: self.good_soft,
            Tone.WARN: self.warn_soft,
            Tone.BAD: self.bad_soft,
        }[tone]

    def as_dict(self) -> dict[str, str]:
        """Every colour by name, for the style sheet."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


COLOURS: dict[Look, Colours] = {
    Look.LIGHT: Colours(
        window="#f3f4f6",
        surface="#ffffff",
        sunken="#eceef2",
        line="#dde1e7",
        line_strong="#848e9c",
        ink="#171c24",
        ink_soft="#434d5b",
        ink_faint="#5b6675",
        accent="#1b5a9e",
        accent_soft="#e4eefa",
        accent_strong="#164b85",
        on_accent="#ffffff",
        selection="#dbe8f7",
        hover="#f0f4f9",
        focus="#2f7bd0",
        good="#17623a",
        good_soft="#e1f2e7",
        warn="#765000",
        warn_soft="#fbf0d3",
        bad="#9c2018",
        bad_soft="#fce7e4",
    ),
    Look.DARK: Colours(
        window="#12151a",
        surface="#1a1e25",
        sunken="#232831",
        line="#2d343e",
        line_strong="#717c8b",
        ink="#e9ecf1",
        ink_soft="#bac2cd",
        ink_faint="#9ba5b2",
        accent="#85b9f3",
        accent_soft="#1d3149",
        accent_strong="#a3cbf8",
        on_accent="#0b1826",
        selection="#233b58",
        hover="#20252e",
        focus="#6aa9ee",
        good="#83d09d",
        good_soft="#183325",
        warn="#ebc16b",
        warn_soft="#382d14",
        bad="#f79d95",
        bad_soft="#45221f",
    ),
    Look.HIGH_CONTRAST: Colours(
        window="#000000",
        surface="#000000",
        sunken="#1a1a1a",
        line="#ffffff",
        line_strong="#ffffff",
        ink="#ffffff",
        ink_soft="#ffffff",
        ink_faint="#e6e6e6",
        accent="#8fd0ff",
        accent_soft="#002a4d",
        accent_strong="#bfe4ff",
        on_accent="#000000",
        selection="#003a70",
        hover="#262626",
        focus="#ffe14d",
        good="#7dff9e",
        good_soft="#00330f",
        warn="#ffe14d",
        warn_soft="#3d3300",
        bad="#ffb0a8",
        bad_soft="#4d0a00",
    ),
}


class Space:
    """The spacing scale, in device-independent pixels."""

    HAIR = 2
    TIGHT = 4
    SMALL = 8
    MEDIUM = 12
    LARGE = 16
    WIDE = 24


@dataclass(frozen=True, slots=True)
class TextSizes:
    """Sizes of text in pixels at a scale (1.0 is the default, 2.0 double)."""

    scale: float = 1.0

    def _at(self, pixels: float) -> int:
        return max(9, round(pixels * self.scale))

    @property
    def small(self) -> int:
        """Captions, hints, badges."""
        return self._at(12)

    @property
    def body(self) -> int:
        """Everything that is read."""
        return self._at(13)

    @property
    def lead(self) -> int:
        """The one sentence of a story."""
        return self._at(15)

    @property
    def title(self) -> int:
        """Who it is about. Large already, so it grows more slowly than what is read."""
        return round(20 * (1 + (self.scale - 1) * 0.5))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
