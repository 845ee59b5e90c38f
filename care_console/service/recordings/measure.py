"""What can be told of a recording without listening to it: `measure(source: Path | bytes) -> Levels`.

Synchronous and pure, so it runs in a worker's thread or process. Refusals are `SoundError` (formats.py),
whose `str()` is a sentence for a person and whose `problem` is a `SoundProblem`. The copy for playing is
made by `transcode` and `copies`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from care_console.service.recordings.decode import Samples, Sound, decode
from care_console.service.recordings.formats import LONGEST_SECONDS, SoundError, SoundProblem
from care_console.service.recordings.loudness import decibels, integrated_lufs, true_peak

__all__ = ["Levels", "SoundError", "SoundProblem", "levels_of", "measure"]

# A frame of 50 ms is shorter than a syllable, so that pauses count and gaps inside a word do not. -55 dBFS
# lies over a line's hiss (about -70 when idle in mu-law) and under the syllables of a recording that is only
# quiet: a threshold higher up would call one at -45 LUFS silent.
SILENCE_FRAME_SECONDS = 0.05
SILENCE_DBFS = -55.0

# The topmost code of mu-law decodes to 0.9803 of full scale; a recorder that clips stays there.
CLIP_LEVEL = 0.98
# Neighbours on a flat top differ by less; a loud sine's round top does not stay so for three samples.
CLIP_FLATNESS = 0.001

MOST_BUCKETS = 400


@dataclass(frozen=True, slots=True)
class Levels:
    """The facts of one recording's sound."""

    codec: str
    container: str
    sample_rate: int
    channels: int
    duration_seconds: float
    """By decoding to the end, not by what the header says."""
    loudness_lufs: float | None
    """Integrated, EBU R128; None when silent, or under 0.4 s."""
    true_peak_dbfs: float
    """Of the wave between the samples too (four times oversampled); -120 for digital silence."""
    silence_share: float
    """0..1: share of 50 ms frames below -55 dBFS."""
    clipping_share: float
    """0..1: share of samples on a flat top at full scale, or beyond full scale."""
    peaks: bytes
    """For a waveform: at most 400 equal stretches, the greatest magnitude of each, 255 = full scale."""


def measure(source: Path | bytes, *, limit_seconds: float = LONGEST_SECONDS) -> Levels:
    """Measure a recording. Raises SoundError for what cannot be taken (see decode)."""
    return levels_of(decode(source, limit_seconds=limit_seconds))


def levels_of(sound: Sound) -> Levels:
    """Measure what is decoded already."""
    return Levels(
        codec=sound.codec,
        container=sound.container,
        sample_rate=sound.sample_rate,
        channels=sound.channels,
        duration_seconds=sound.seconds,
        loudness_lufs=integrated_lufs(sound.samples, sound.sample_rate),
        true_peak_dbfs=decibels(true_peak(sound.samples)),
        silence_share=_silence_share(sound.samples, sound.sample_rate),
        clipping_share=_clipping_share(sound.samples),
        peaks=peaks_of(sound.samples),
    )


def _silence_share(samples: Samples, rate: int) -> float:
    """Share of frames whose loudest channel lies under the threshold; what is left over is a frame."""
    length = max(1, round(rate * SILENCE_FRAME_SECONDS))
    starts = np.arange(0, samples.shape[1], length)
    energy = np.add.reduceat(np.square(samples, dtype=np.float64), starts, axis=1).max(axis=0)
    lengths = np.diff(np.append(starts, samples.shape[1]))
    return float(np.mean(energy / lengths < 10.0 ** (SILENCE_DBFS / 10.0)))


def _clipping_share(samples: Samples) -> float:
    """Share of samples cut off: three or more flat at the top, or (a lossy codec's) beyond it."""
    magnitude = np.abs(samples)
    cut = magnitude >= 1.0
    if samples.shape[1] >= 3:
        # A pair is level when both sit at the top, on the same side, with hardly a difference.
        top = magnitude >= CLIP_LEVEL
        level = top[:, 1:] & top[:, :-1] & (np.abs(np.diff(samples, axis=1)) < CLIP_FLATNESS)
        flat = level[:, 1:] & level[:, :-1]
        for offset in range(3):
            cut[:, offset : offset + flat.shape[1]] |= flat
    return float(cut.mean())


def peaks_of(samples: Samples) -> bytes:
    """A waveform: at most 400 equal stretches, the greatest magnitude of each, 255 = full scale."""
    magnitude = np.abs(samples).max(axis=0)
    buckets = min(MOST_BUCKETS, len(magnitude))
    starts = np.arange(buckets) * len(magnitude) // buckets
    tops = np.maximum.reduceat(magnitude, starts)
    return bytes(np.minimum(np.rint(tops * 255.0), 255.0).astype(np.uint8))
