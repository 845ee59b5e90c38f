"""The copies of what a facility sends: as loud as they are to be, by another's measure, no peak too high."""

from __future__ import annotations

import numpy as np
import pytest

from care_console.demo.recordings import Flaw
from care_console.demo.speech import Language
from care_console.service.recordings.copies import (
    COPY_LUFS,
    LOUDER_LUFS,
    Copy,
    MoreCopies,
    make_copy,
    make_more_copies,
)
from care_console.service.recordings.decode import decode
from care_console.service.recordings.formats import SoundError, SoundProblem
from care_console.service.recordings.levelling import at_level, limited
from care_console.service.recordings.loudness import decibels, integrated_lufs, true_peak
from care_console.service.recordings.measure import measure
from tests.service.recordings.sounds import Wave, in_form, reference_lufs, sine, speech, wav

RATE = 24_000


def copies_of(data: bytes) -> tuple[Copy, MoreCopies]:
    sound = decode(data)
    return make_copy(sound), make_more_copies(sound)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("flaw", ["none", "quiet", "clipped"])
@pytest.mark.parametrize("seconds", [1, 30])
def test_each_copy_is_loud_enough_and_no_peak_is_too_high(
    language: Language, flaw: Flaw, seconds: int
) -> None:
    data = speech(language, seconds, flaw, seed=seconds)
    first, more = copies_of(data)
    for name, copy in (("aac", first.aac), ("mp3", more.mp3), ("louder", more.louder)):
        assert copy is not None, name
        levels = measure(copy)
        if name == "louder":  # the limiter may take some of it away
            assert COPY_LUFS + 3.0 < reference_lufs(copy) < LOUDER_LUFS + 1.0
        else:
            assert levels.loudness_lufs == pytest.approx(COPY_LUFS, abs=1.0), name
            assert reference_lufs(copy) == pytest.approx(COPY_LUFS, abs=1.0), name
        assert levels.true_peak_dbfs < -1.0, name
        assert levels.clipping_share == 0.0, name
        frame = (576 if levels.codec == "mp3" else 1_024) / levels.sample_rate
        assert 0.0 <= levels.duration_seconds - seconds < 1.1 * frame, name
    heard = measure(first.aac)
    assert first.lufs == pytest.approx(heard.loudness_lufs, abs=0.02)
    assert first.true_peak_dbfs == heard.true_peak_dbfs
    assert [measure(copy or b"").codec for copy in (first.aac, more.mp3)] == ["aac", "mp3"]


@pytest.mark.parametrize("form", ["mu-law", "a-law", "opus", "mp3", "adts", "flac"])
def test_from_any_form(form: str) -> None:
    first, more = copies_of(in_form(speech(seconds=4, seed=8), form))
    for copy in (first.aac, more.mp3):
        assert copy is not None
        assert reference_lufs(copy) == pytest.approx(COPY_LUFS, abs=1.0)


@pytest.mark.parametrize(
    ("rate", "aac", "mp3"),
    [(6_000, 8_000, 16_000), (8_000, 8_000, 16_000), (11_025, 24_000, 24_000), (48_000, 24_000, 24_000)],
)
def test_a_telephones_sound_keeps_its_rate_but_as_mp3(rate: int, aac: int, mp3: int) -> None:
    """AAC's own table of rates has 8 kHz; of MP3's only MPEG-2.5 does, which not every player knows."""
    first, more = copies_of(wav([sine(-30, 2, hertz=700, rate=rate)], rate))
    copies = (first.aac, more.louder, more.mp3)
    assert [decode(copy or b"").sample_rate for copy in copies] == [aac, aac, mp3]


@pytest.mark.parametrize("rate", [8_000, 24_000])
def test_what_plays_is_the_same_sound(rate: int) -> None:
    """Sample by sample: a swapped, shifted or torn copy could measure alike."""
    tones = np.concatenate([sine(-30, 1, hertz=hertz, rate=rate) for hertz in (400, 900, 1_500)])
    first, more = copies_of(wav([tones], rate))
    for copy in first.aac, more.mp3, more.louder:
        assert copy is not None
        sound = decode(copy)
        heard = sound.samples[0][:: sound.sample_rate // rate]
        length = len(tones) - rate // 12
        best = max(
            float(np.corrcoef(heard[shift : shift + length], tones[:length])[0, 1])
            for shift in range(min(1_300, len(heard) - length))
        )
        assert best > 0.99


def test_the_last_word_is_whole() -> None:
    """A coder holds back what does not fill its frame, an eighth of a second of a telephone's sound."""
    for seconds in (1.0, 1.1, 1.27):
        first, more = copies_of(wav([sine(-30, seconds, hertz=700, rate=8_000)], 8_000))
        for copy in first.aac, more.mp3, more.louder:
            sound = decode(copy or b"")
            loud = np.flatnonzero(np.abs(sound.samples[0]) > 0.02)
            assert (loud[-1] - loud[0]) / sound.sample_rate == pytest.approx(seconds, abs=0.01)


def knocks(seconds: float) -> Wave:
    """A click a second in digital silence: peaks without loudness."""
    quiet = np.zeros(round(seconds * RATE))
    quiet[::RATE] = 0.9
    return quiet


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.zeros(RATE * 2), id="digital silence"),
        pytest.param(knocks(5), id="clicks"),
        pytest.param(sine(-62, 4, rate=RATE), id="below what forty decibels can raise"),
        pytest.param(np.full(RATE * 2, 0.2), id="a constant, which is no sound"),
    ],
)
def test_what_cannot_be_made_to_be_heard_is_refused(samples: Wave) -> None:
    with pytest.raises(SoundError) as caught:
        make_copy(decode(wav([samples], RATE)))
    assert caught.value.problem is SoundProblem.SILENT
    assert make_more_copies(decode(wav([samples], RATE))).mp3 is None


@pytest.mark.parametrize("loud", [-3.0, 0.0, 12.0])
def test_the_limiter_lets_no_peak_through_and_leaves_alone_what_is_below(loud: float) -> None:
    chance = np.random.default_rng(4)
    wave = (chance.normal(0.0, 0.1, RATE * 3) * np.linspace(0.1, 1.0, RATE * 3)).astype(np.float32)
    wave *= np.float32(10 ** (loud / 20))
    held = limited(wave, RATE, -2.0)
    assert decibels(true_peak(held[np.newaxis])) <= -1.95
    quiet = wave * np.float32(0.01)
    assert np.array_equal(limited(quiet, RATE, -2.0), quiet)


def test_a_level_is_met_by_measuring_again() -> None:
    wave = decode(speech(seconds=10)).samples[0]
    raised = at_level(wave, 8_000, -14.0, -2.0)
    assert raised is not None
    assert integrated_lufs(raised[np.newaxis], 8_000) == pytest.approx(-14.0, abs=0.5)
    assert at_level(np.zeros(8_000, dtype=np.float32), 8_000, -14.0, -2.0) is None
