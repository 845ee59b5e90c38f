"""Every pair of colours that stands on top of another is legible (WCAG 2.2, AA)."""

from __future__ import annotations

import pytest

from care_console.desktop.shell.tokens import COLOURS, Look, Tone, contrast

LEGIBLE, VISIBLE = 4.5, 3.0


def test_contrast_is_as_the_standard_measures_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize("ink", ["ink", "ink_soft", "ink_faint", "accent"])
@pytest.mark.parametrize("ground", ["window", "surface", "sunken", "selection", "hover", "accent_soft"])
def test_words_are_legible_on_every_ground(look: Look, ink: str, ground: str) -> None:
    colours = COLOURS[look].as_dict()
    assert contrast(colours[ink], colours[ground]) >= LEGIBLE, (look, ink, ground)


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize("tone", list(Tone))
def test_a_tone_is_legible_on_its_own_ground_and_on_a_list(look: Look, tone: Tone) -> None:
    colours = COLOURS[look]
    for ground in (colours.ground_of(tone), colours.surface, colours.window):
        assert contrast(colours.ink_of(tone), ground) >= LEGIBLE, (look, tone, ground)


@pytest.mark.parametrize("look", list(Look))
def test_borders_of_controls_and_the_focus_ring_can_be_seen(look: Look) -> None:
    colours = COLOURS[look]
    for ground in (colours.surface, colours.window):
        assert contrast(colours.line_strong, ground) >= VISIBLE
        assert contrast(colours.focus, ground) >= VISIBLE
    assert contrast(colours.focus, colours.selection) >= VISIBLE
    assert contrast(colours.on_accent, colours.accent) >= LEGIBLE
