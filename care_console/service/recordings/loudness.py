"""How loud a sound is to a listener, by ITU-R BS.1770-4 and EBU R128: integrated loudness and true peak.

In numpy rather than by libavfilter's `ebur128`: one pass over samples that are there already, at any sample
rate without resampling; the tests hold it against that filter, and against the signals of EBU Tech 3341.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from care_console.service.recordings.decode import Samples

# ITU-R BS.1770-4, tables 1 and 2: the two filters of the K-weighting, for 48 kHz (numerator, denominator).
_WEIGHTING_RATE = 48_000
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

# BS.1770-4, 5: blocks of 400 ms that overlap by 75 %, an absolute gate and a relative one.
_BLOCKS_A_STEP = 4
_STEP_SECONDS = 0.1
_OFFSET_LU = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0

# True peak: BS.1770-4, annex 2: at least four times the rate. Twelve samples on each side of the point.
_OVERSAMPLING = 4
_REACH = 12
# So many samples are looked at as one; at least as many as the reach.
_BLOCK = 32

# So many samples are filtered by one call: sixteen pieces of a telephone's sound, which one by one take twice
# as long. More than that would leave the processor's cache.
_FILTERED_AT_ONCE = 1 << 17


def integrated_lufs(samples: Samples, rate: int) -> float | None:
    """Integrated loudness in LUFS of (channels, n) samples; None when silent, or shorter than a 400 ms block.

    A mono sound counts as one channel, as the standard has it: 3 LU less than the same sound in both.
    """
    steps = _step_powers(samples, rate)
    if len(steps) < _BLOCKS_A_STEP:
        return None
    blocks = sliding_window_view(steps, _BLOCKS_A_STEP).mean(axis=1)
    loud = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return None
    gate = _power(_lufs(float(loud.mean())) + _RELATIVE_GATE_LU)
    return _lufs(float(loud[loud > gate].mean()))


def true_peak(samples: Samples) -> float:
    """The greatest magnitude of the continuous wave behind (channels, n) samples; full scale is 1.0."""
    best = float(np.abs(samples).max(initial=0.0))
    for channel in samples:
        between, _ = _between(channel, above=best)
        best = max(best, float(between.max(initial=0.0)))
    return best


def peak_envelope(channel: Samples, *, above: float = 0.0) -> Samples:
    """For each sample of one channel, the greatest magnitude of the wave from it up to the next sample.

    Where the wave surely stays under `above`, that of the samples alone: it costs nothing.
    """
    envelope = np.abs(channel)
    between, blocks = _between(channel, above=above)
    whole = np.zeros(-(-len(channel) // _BLOCK) * _BLOCK, dtype=np.float32)
    whole[: len(channel)] = envelope
    rows = whole.reshape(-1, _BLOCK)
    rows[blocks] = np.maximum(rows[blocks], between)
    return whole[: len(channel)]


def _between(channel: Samples, *, above: float) -> tuple[Samples, NDArray[np.intp]]:
    """In each block of samples where the wave may rise over `above`, its greatest magnitude from a sample up
    to the next one: of shape (those blocks, samples of a block). And which blocks those are."""
    count = -(-len(channel) // _BLOCK)
    padded = np.zeros((count + 2) * _BLOCK, dtype=np.float32)
    padded[_BLOCK : _BLOCK + len(channel)] = channel
    # No interpolated point exceeds the samples around it by more than this; so quiet stretches need no work.
    tops = np.abs(padded).reshape(-1, _BLOCK).max(axis=1)
    around = np.maximum(np.maximum(tops[:-2], tops[1:-1]), tops[2:])
    blocks = np.flatnonzero(around * _most_gain() > above)
    rows = sliding_window_view(padded[_BLOCK - _REACH + 1 :], _BLOCK + 2 * _REACH - 1)[blocks * _BLOCK]
    # One product for all points of a block: thrice as quick as the points one by one.
    points = np.abs(rows @ _block_interpolation()).reshape(len(blocks), _OVERSAMPLING - 1, _BLOCK)
    return np.asarray(points.max(axis=1)), blocks


def decibels(magnitude: float) -> float:
    """Decibels of a magnitude relative to full scale; digital zero reads as -120."""
    return float(20.0 * np.log10(max(magnitude, 1e-6)))


def _step_powers(samples: Samples, rate: int) -> NDArray[np.float64]:
    """K-weighted power of each whole 100 ms, summed over the channels."""
    step = round(rate * _STEP_SECONDS)
    whole = samples.shape[1] // step
    powers = np.zeros(whole)
    for channel in samples:
        weighted = _weighted(channel, rate)[: whole * step].reshape(whole, step)
        powers += np.einsum("ij,ij->i", weighted, weighted, dtype=np.float64) / step
    return powers


def _weighted(channel: Samples, rate: int) -> Samples:
    """The K-weighted signal, filtered by FFT in overlapping pieces.

    The weighting is that of the 48 kHz table at the same frequencies in hertz, whatever the sample rate. Its
    response has died away within the margin that is thrown away at both ends of a piece.
    """
    size = 1 << (rate - 1).bit_length()
    margin = rate // 8
    advance = size - 2 * margin
    count = max(1, -(-len(channel) // advance))
    padded = np.pad(channel, (margin, margin + count * advance - len(channel)))
    pieces = sliding_window_view(padded, size)[::advance]
    response = _response(rate, size)
    weighted = np.empty((count, advance), dtype=np.float32)
    at_once = max(1, _FILTERED_AT_ONCE // size)
    for start in range(0, count, at_once):
        some = slice(start, start + at_once)
        spectra = np.fft.rfft(pieces[some])
        spectra *= response
        weighted[some] = np.fft.irfft(spectra, size)[:, margin : margin + advance]
    return weighted.reshape(-1)[: len(channel)]


@lru_cache(maxsize=16)
def _response(rate: int, size: int) -> NDArray[np.complex64]:
    hertz = np.minimum(np.fft.rfftfreq(size, 1.0 / rate), _WEIGHTING_RATE / 2)
    delay = np.exp(-2j * np.pi * hertz / _WEIGHTING_RATE)
    answer = np.ones_like(delay)
    for numerator, denominator in (_SHELF, _HIGH_PASS):
        answer *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return np.asarray(answer, dtype=np.complex64)


@lru_cache(maxsize=1)
def _interpolation() -> Samples:
    """Weights of the 24 samples around a gap for its points at 1/4, 1/2, 3/4: a sinc in a Kaiser window."""
    points = np.arange(1, _OVERSAMPLING) / _OVERSAMPLING
    distance = points[None, :] - np.arange(1 - _REACH, _REACH + 1)[:, None]
    window = np.i0(5.0 * np.sqrt(1.0 - (distance / (_REACH + 1)) ** 2)) / np.i0(5.0)
    return np.asarray(np.sinc(distance) * window, dtype=np.float32)


@lru_cache(maxsize=1)
def _most_gain() -> float:
    return float(np.abs(_interpolation()).sum(axis=0).max())


@lru_cache(maxsize=1)
def _block_interpolation() -> Samples:
    """From the samples of a block and around it to its points: first each at 1/4, then at 1/2, at 3/4."""
    whole = np.zeros((_BLOCK + 2 * _REACH - 1, _OVERSAMPLING - 1, _BLOCK), dtype=np.float32)
    for at in range(_BLOCK):
        whole[at : at + 2 * _REACH, :, at] = _interpolation()
    return whole.reshape(len(whole), -1)


def _lufs(power: float) -> float:
    return float(_OFFSET_LU + 10.0 * np.log10(power))


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - _OFFSET_LU) / 10.0))
