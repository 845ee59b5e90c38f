"""Makes the copy that people hear: `to_aac(source: Path | bytes, *, gain_db=0.0, normalise=False) -> bytes`.

AAC-LC in MP4, mono, its index in front, so that browsers, old phones and the desk's player start at once
and can seek. Synchronous and pure, as `measure` is; raises the same `SoundError`.
"""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

from care_console.service.recordings.decode import Samples, Sound, decode
from care_console.service.recordings.formats import LONGEST_SECONDS, SoundError, SoundProblem
from care_console.service.recordings.loudness import decibels, integrated_lufs, peak_envelope, true_peak

AAC_RATE = 24_000
"""Samples a second of every copy. Phones surely play 22 to 48 kHz, and a voice ends well below 12 kHz."""

TELEPHONE_BITS = 32_000
WIDEBAND_BITS = 48_000
_TELEPHONE_RATE = 8_000

NORMALISED_LUFS = -16.0
NORMALISED_TRUE_PEAK_DBFS = -1.0
# More than this makes line noise, not speech, as loud as a voice.
MOST_GAIN_DB = 40.0

_LIMIT_REACH_SECONDS = 0.005
_NORMALISED_WITHIN_LU = 0.3
_MOST_PASSES = 6
_FRAME_SAMPLES = 1024
# A copy of a few samples would end within the coder's own delay, and not play at all.
_SHORTEST_SAMPLES = AAC_RATE // 10

# FFmpeg's default, "twoloop", takes over three times as long, strays further from the wave (its error is
# 16 dB below the sound at 32 kbit/s, this one's 30) and overshoots its peaks by up to 4 dB.
_CODER = {"aac_coder": "fast"}


def to_aac(
    source: Path | bytes,
    *,
    gain_db: float = 0.0,
    normalise: bool = False,
    limit_seconds: float = LONGEST_SECONDS,
) -> bytes:
    """The recording as an .m4a file, its level left as it is: we keep what the recipient heard.

    `gain_db` makes it louder or softer by so much. `normalise` brings it to -16 LUFS with its true peak
    under -1 dBFS, measured on the encoded copy; by 40 dB at most. What a gain would drive over full scale
    is limited, not clipped.
    Raises SoundError as `measure` does, and where there is nothing to be heard that could be normalised.
    """
    if normalise and gain_db:
        raise ValueError("Give a gain or ask to normalise; both at once contradict each other.")
    sound = decode(source, limit_seconds=limit_seconds)
    bits = TELEPHONE_BITS if sound.sample_rate <= _TELEPHONE_RATE else WIDEBAND_BITS
    mono = _resampled(sound)
    if normalise:
        return _normalised(mono, bits)
    if gain_db:
        mono = mono * _ratio(gain_db)
        if gain_db > 0.0:
            mono = _limited(mono, NORMALISED_TRUE_PEAK_DBFS)
    return _encode(mono, bits)


def _normalised(mono: Samples, bits: int) -> bytes:
    """Set gain and ceiling by what the coded copy measures: coding and limiting both move the level."""
    level = integrated_lufs(mono[np.newaxis], AAC_RATE)
    if level is None:
        raise SoundError(
            SoundProblem.SILENT, "The recording is silent or too short, so it cannot be made louder."
        )
    gain_db, ceiling = min(NORMALISED_LUFS - level, MOST_GAIN_DB), NORMALISED_TRUE_PEAK_DBFS - 0.5
    for _ in range(_MOST_PASSES):
        copy = _encode(_limited(mono * _ratio(gain_db), ceiling), bits)
        heard = decode(copy, limit_seconds=len(mono) / AAC_RATE + 1.0).samples
        missing = NORMALISED_LUFS - (integrated_lufs(heard, AAC_RATE) or NORMALISED_LUFS)
        over = decibels(true_peak(heard)) - NORMALISED_TRUE_PEAK_DBFS
        if over < 0.0 and (abs(missing) <= _NORMALISED_WITHIN_LU or gain_db >= MOST_GAIN_DB):
            break
        ceiling -= over + 0.2 if over >= 0.0 else 0.0
        gain_db = min(gain_db + missing, MOST_GAIN_DB)
    return copy


def _limited(mono: Samples, ceiling_dbfs: float) -> Samples:
    """Keep the true peak under the ceiling by turning down around each peak, smoothly over 5 ms."""
    ceiling = _ratio(ceiling_dbfs)
    envelope = peak_envelope(mono)
    if float(envelope.max(initial=0.0)) <= ceiling:
        return mono
    wanted = np.minimum(1.0, ceiling / np.maximum(envelope, ceiling))
    reach = round(AAC_RATE * _LIMIT_REACH_SECONDS)
    # The minimum over twice the reach, then an average over it: no sample gets more than it wants.
    lowest = np.pad(wanted, (reach, reach), constant_values=1.0)
    width = 1
    while width < 2 * reach + 1:
        shift = min(width, 2 * reach + 1 - width)
        lowest[:-shift] = np.minimum(lowest[:-shift], lowest[shift:])
        width += shift
    lowest = np.pad(lowest[: len(mono)], (reach, reach), mode="edge")
    window = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(lowest, window / window.sum(), mode="valid")
    return np.asarray(mono * smooth, dtype=np.float32)


def _resampled(sound: Sound) -> Samples:
    """One channel at the copy's rate. Two are averaged, so what is the same in both keeps its level."""
    mono = sound.samples.mean(axis=0, dtype=np.float32)[np.newaxis]
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=AAC_RATE)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(mono), format="fltp", layout="mono")
    frame.sample_rate = sound.sample_rate
    pieces = [piece.to_ndarray() for part in (frame, None) for piece in resampler.resample(part)]
    held = sum(piece.shape[1] for piece in pieces)
    wave = np.concatenate([*pieces, np.zeros((1, max(0, _SHORTEST_SAMPLES - held)))], axis=1)[0]
    # A clipped recording's wave rises over full scale between its samples. A player's converter cuts it
    # there; FFmpeg's coder would turn the whole passage down by 2 dB instead (it still does by half of one).
    return np.asarray(np.clip(wave, -1.0, 1.0), dtype=np.float32)


def _encode(mono: Samples, bits: int) -> bytes:
    file = io.BytesIO()
    with av.open(
        file,
        "w",
        format="ipod",
        options={"movflags": "+faststart"},
        io_open=lambda _url, _flags, _options: _Reader(file),
    ) as container:
        stream = container.add_stream("aac", rate=AAC_RATE, layout="mono", bit_rate=bits, options=_CODER)
        for start in range(0, len(mono), _FRAME_SAMPLES):
            piece = np.ascontiguousarray(mono[np.newaxis, start : start + _FRAME_SAMPLES])
            frame = AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate = AAC_RATE
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


class _Reader(io.RawIOBase):
    """A second look at a file being written, which FFmpeg needs to move the sound behind the index."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__()
        self._file = file
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        end = None if size < 0 else self._at + size
        piece = bytes(self._file.getbuffer()[self._at : end])
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._file.getbuffer())}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _ratio(db: float) -> np.float32:
    return np.float32(10.0 ** (db / 20.0))
