"""Sets a sound's level: two passes of loudness, and a limiter that turns down around each peak."""

from __future__ import annotations

import numpy as np

from care_console.service.recordings.decode import Samples
from care_console.service.recordings.loudness import integrated_lufs, peak_envelope

# More than this makes line noise, not speech, as loud as a voice.
MOST_GAIN_DB = 40.0

_LIMIT_REACH_SECONDS = 0.005
_WITHIN_LU = 0.2
_MOST_PASSES = 4


def at_level(mono: Samples, rate: int, lufs: float, ceiling_dbfs: float) -> Samples | None:
    """One channel at this loudness (EBU R128), its true peak under the ceiling; None for what is silent.

    The first pass measures and sets the gain; the limiter takes some loudness away, which the next ones make
    good. By 40 dB at most, so hardly a sound stays softer than what was asked for.
    """
    level = integrated_lufs(mono[np.newaxis], rate)
    if level is None:
        return None
    gain_db = min(lufs - level, MOST_GAIN_DB)
    for _ in range(_MOST_PASSES):
        wave = limited(mono * ratio(gain_db), rate, ceiling_dbfs)
        missing = lufs - (integrated_lufs(wave[np.newaxis], rate) or lufs)
        if abs(missing) <= _WITHIN_LU or gain_db + missing > MOST_GAIN_DB:
            break
        gain_db += missing
    return wave


def limited(mono: Samples, rate: int, ceiling_dbfs: float) -> Samples:
    """Keep the true peak under the ceiling by turning down around each peak, smoothly over 5 ms."""
    ceiling = ratio(ceiling_dbfs)
    envelope = peak_envelope(mono, above=float(ceiling))
    if float(envelope.max(initial=0.0)) <= ceiling:
        return mono
    wanted = np.minimum(np.float32(1.0), ceiling / np.maximum(envelope, ceiling))
    reach = round(rate * _LIMIT_REACH_SECONDS)
    # The minimum over twice the reach, then an average over it: no sample gets more than it wants.
    lowest = np.pad(wanted, (reach, reach), constant_values=1.0)
    width = 1
    while width < 2 * reach + 1:
        shift = min(width, 2 * reach + 1 - width)
        lowest[:-shift] = np.minimum(lowest[:-shift], lowest[shift:])
        width += shift
    lowest = np.pad(lowest[: len(mono)], (reach, reach), mode="edge")
    return np.asarray(mono * _averaged(lowest, 2 * reach + 1), dtype=np.float32)


def ratio(db: float) -> np.float32:
    """The factor that so many decibels are."""
    return np.float32(10.0 ** (db / 20.0))


def _averaged(curve: Samples, width: int) -> Samples:
    """The average around each point: over half of `width` twice, a triangle with no corners to hear."""
    first = width // 2 + 1
    return _boxed(_boxed(curve, first), width - first + 1)


def _boxed(curve: Samples, width: int) -> Samples:
    total = np.cumsum(np.concatenate([[0.0], curve]), dtype=np.float64)
    return np.asarray((total[width:] - total[:-width]) / width, dtype=np.float32)
