"""Sets a sound's level: two passes of loudness, and a limiter that turns down around each peak."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from care_console.service.recordings.decode import Samples
from care_console.service.recordings.loudness import integrated_lufs, peak_envelope

# More than this makes line noise, not speech, as loud as a voice.
MOST_GAIN_DB = 40.0

_LIMIT_REACH_SECONDS = 0.005
_WITHIN_LU = 0.2
# Turned up again by as little as this, a voice lacks a tenth of a LU then: no need to measure it once more.
_SURE_LU = 0.4
_MOST_PASSES = 4
# Peaks are looked for as if the gain were by so much more than it is: the next passes need that.
_SPARE_GAIN_DB = 6.0


def at_level(
    mono: Samples, rate: int, lufs: float, ceiling_dbfs: float, level: float | None = None
) -> Samples | None:
    """One channel at this loudness (EBU R128), its true peak under the ceiling; None for what is silent.

    The first pass measures and sets the gain; the limiter takes some loudness away, which the next ones make
    good. By 40 dB at most, so hardly a sound stays softer than what was asked for. `level`: its loudness,
    where that is known already.
    """
    level = integrated_lufs(mono[np.newaxis], rate) if level is None else level
    if level is None:
        return None
    gain_db, known_db = min(lufs - level, MOST_GAIN_DB), -math.inf
    missing = math.inf
    for _ in range(_MOST_PASSES):
        if gain_db > known_db:
            # It grows as the sound does, so one is enough for the passes to come too.
            known_db = min(gain_db + _SPARE_GAIN_DB, MOST_GAIN_DB)
            envelope = peak_envelope(mono, above=float(ratio(ceiling_dbfs - known_db)))
        gain = ratio(gain_db)
        wave, is_untouched = _held(mono * gain, envelope * gain, rate, ratio(ceiling_dbfs))
        if is_untouched or missing <= _SURE_LU:
            break  # as loud as was asked for, or as it may be made
        missing = lufs - (integrated_lufs(wave[np.newaxis], rate) or lufs)
        if abs(missing) <= _WITHIN_LU or gain_db + missing > MOST_GAIN_DB:
            break
        gain_db += missing
    return wave


def limited(mono: Samples, rate: int, ceiling_dbfs: float) -> Samples:
    """Keep the true peak under the ceiling by turning down around each peak, smoothly over 5 ms."""
    ceiling = ratio(ceiling_dbfs)
    return _held(mono, peak_envelope(mono, above=float(ceiling)), rate, ceiling)[0]


def ratio(db: float) -> np.float32:
    """The factor that so many decibels are."""
    return np.float32(10.0 ** (db / 20.0))


def _held(mono: Samples, envelope: Samples, rate: int, ceiling: np.float32) -> tuple[Samples, bool]:
    """The sound under the ceiling, given its peaks; and whether it is the very same."""
    is_over = envelope > ceiling
    if not is_over.any():
        return mono, True
    reach = round(rate * _LIMIT_REACH_SECONDS)
    near = _within(is_over, 2 * reach)
    # What is far from every peak is left out: it stays as it is, and a speaker's peaks are few.
    wanted = ceiling / np.maximum(envelope[near], ceiling)
    # The minimum over twice the reach, then an average over it: no sample gets more than it wants.
    lowest: Samples = np.pad(wanted, (reach, reach), constant_values=1.0)
    width = 1
    while width < 2 * reach + 1:
        shift = min(width, 2 * reach + 1 - width)
        lowest[:-shift] = np.minimum(lowest[:-shift], lowest[shift:])
        width += shift
    lowest = np.pad(lowest[: len(wanted)], (reach, reach), mode="edge")
    held = mono.copy()
    held[near] *= _averaged(lowest, 2 * reach + 1)
    return held, False


def _within(marks: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """What lies within this of a mark, or a little further: by whole blocks of that length."""
    blocks = np.zeros(-(-len(marks) // reach) + 2, dtype=bool)
    blocks[1 + np.flatnonzero(marks) // reach] = True
    blocks[1:-1] |= blocks[:-2] | blocks[2:]
    return np.repeat(blocks[1:-1], reach)[: len(marks)]


def _averaged(curve: Samples, width: int) -> Samples:
    """The average around each point: over half of `width` twice, a triangle with no corners to hear."""
    first = width // 2 + 1
    return _boxed(_boxed(curve, first), width - first + 1)


def _boxed(curve: Samples, width: int) -> Samples:
    total = np.cumsum(np.concatenate([[0.0], curve]), dtype=np.float64)
    return np.asarray((total[width:] - total[:-width]) / width, dtype=np.float32)
