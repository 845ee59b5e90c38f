"""Loudness and true peak against the signals of EBU Tech 3341, and against libavfilter's own measurement."""

import numpy as np
import pytest
from numpy.typing import NDArray

from care_console.service.recordings.loudness import decibels, integrated_lufs, peak_envelope, true_peak
from care_console.service.recordings.measure import measure
from tests.service.recordings.sounds import Wave, reference_lufs, sine, speech, wav

RATE = 48_000


def stereo(*parts: tuple[float, float], hertz: float = 1000.0, rate: int = RATE) -> NDArray[np.float32]:
    """Stretches of (dBFS, seconds) of the same sine in both channels."""
    wave = np.concatenate([sine(level, seconds, hertz=hertz, rate=rate) for level, seconds in parts])
    return np.stack([wave, wave]).astype(np.float32)


def lufs(samples: NDArray[np.float32], rate: int = RATE) -> float:
    level = integrated_lufs(samples, rate)
    assert level is not None
    return level


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([(-23, 20)], -23.0, id="case 1"),
        pytest.param([(-33, 20)], -33.0, id="case 2"),
        pytest.param([(-36, 10), (-23, 60), (-36, 10)], -23.0, id="case 3, relative gate"),
        pytest.param(
            [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0, id="case 4, absolute gate"
        ),
        pytest.param([(-26, 20), (-20, 20.1), (-26, 20)], -23.0, id="case 5"),
    ],
)
def test_ebu_tech_3341_loudness(parts: list[tuple[float, float]], expected: float) -> None:
    assert lufs(stereo(*parts)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 96_000])
def test_the_level_is_the_same_at_every_sample_rate(rate: int) -> None:
    assert lufs(stereo((-23, 20), hertz=997.0, rate=rate), rate) == pytest.approx(-23.0, abs=0.1)


def test_one_channel_is_three_units_under_two() -> None:
    both = stereo((-23, 5))
    assert lufs(both[:1]) == pytest.approx(lufs(both) - 3.01, abs=0.02)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.399])
def test_what_is_shorter_than_a_block_has_no_loudness(seconds: float) -> None:
    assert integrated_lufs(stereo((-23, seconds)), RATE) is None


@pytest.mark.parametrize(
    ("hertz", "phase_degrees", "dbfs"),
    [
        pytest.param(12_000, 0, -6.0, id="case 15"),
        pytest.param(12_000, 45, -6.0, id="case 16"),
        pytest.param(8_000, 60, -6.0, id="case 17"),
        pytest.param(6_000, 67.5, -6.0, id="case 18"),
        pytest.param(12_000, 45, 3.0, id="case 19"),
    ],
)
def test_ebu_tech_3341_true_peak(hertz: float, phase_degrees: float, dbfs: float) -> None:
    wave = sine(dbfs, 1.0, hertz=hertz, phase=np.radians(phase_degrees))
    wave[:480] *= np.linspace(0, 1, 480)
    wave[-480:] *= np.linspace(1, 0, 480)
    peak = decibels(true_peak(wave[np.newaxis].astype(np.float32)))
    assert -0.4 <= peak - dbfs <= 0.2


def test_the_envelope_and_the_peak_agree() -> None:
    wave = np.random.RandomState(7).normal(0, 0.2, 20_000).astype(np.float32)
    assert float(peak_envelope(wave).max()) == pytest.approx(true_peak(wave[np.newaxis]), rel=1e-6)


def noise(seed: int) -> Wave:
    """Noise that falls off to the top of the band, where the reference's resampler lets some be lost."""
    flat = np.random.RandomState(seed).normal(0, 0.1, 10 * RATE)
    return np.convolve(flat, np.hanning(7) / 3)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(speech("en", 20, seed=11), id="speech en"),
        pytest.param(speech("es", 60, seed=12), id="speech es"),
        pytest.param(speech("es", 30, "quiet", seed=13), id="quiet"),
        pytest.param(speech("en", 30, "clipped", seed=14), id="clipped"),
        pytest.param(wav([noise(1), noise(2) * 0.3], RATE), id="noise, two channels"),
        pytest.param(wav([noise(3)], 22_050), id="noise at 22 kHz"),
        pytest.param(wav([sine(-20, 10, hertz=60)], RATE), id="hum"),
        pytest.param(wav([sine(-20, 10, hertz=3_400, rate=8_000)], 8_000), id="top of the telephone band"),
    ],
)
def test_as_libavfilter_measures(data: bytes) -> None:
    assert measure(data).loudness_lufs == pytest.approx(reference_lufs(data), abs=0.1)
