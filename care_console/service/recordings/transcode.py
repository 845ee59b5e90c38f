"""Writes sound as people hear it: AAC-LC in MP4 and MP3, mono.

The index of an MP4 comes first, so that browsers, old phones and the desk's player start at once and can
seek. Synchronous and pure, as `measure` is; `to_aac` raises the same `SoundError`.
"""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer

from care_console.service.recordings.decode import Samples, Sound, decode
from care_console.service.recordings.formats import LONGEST_SECONDS

COPY_RATE = 24_000
"""Samples a second of every copy. Phones surely play 22 to 48 kHz, and a voice ends well below 12 kHz."""

TELEPHONE_BITS = 32_000
WIDEBAND_BITS = 48_000
_TELEPHONE_RATE = 8_000

# Handed to a coder at once. It cuts its own frames; by smaller pieces it takes half as long again.
_PIECE_SAMPLES = 8_192
# A copy of a few samples would end within the coder's own delay, and not play at all.
_SHORTEST_SAMPLES = COPY_RATE // 10

# FFmpeg's default, "twoloop", takes over three times as long, strays further from the wave (its error is
# 16 dB below the sound at 32 kbit/s, this one's 30) and overshoots its peaks by up to 4 dB.
_AAC_CODER = {"aac_coder": "fast"}
# LAME's quality 7 of 0 to 9: a third quicker than its default, and no ear tells them apart at this rate.
_MP3_CODER = {"compression_level": "7"}


def to_aac(source: Path | bytes, *, limit_seconds: float = LONGEST_SECONDS) -> bytes:
    """The recording as an .m4a file, its level left as it is: for a message that somebody has heard so."""
    sound = decode(source, limit_seconds=limit_seconds)
    return encode_aac(resampled(sound), bits_for(sound))


def bits_for(sound: Sound) -> int:
    """Bits a second of a copy: a telephone's voice needs fewer."""
    return TELEPHONE_BITS if sound.sample_rate <= _TELEPHONE_RATE else WIDEBAND_BITS


def resampled(sound: Sound) -> Samples:
    """One channel at the copy's rate. Two are averaged, so what is the same in both keeps its level."""
    mono = sound.samples.mean(axis=0, dtype=np.float32)[np.newaxis]
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=COPY_RATE)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(mono), format="fltp", layout="mono")
    frame.sample_rate = sound.sample_rate
    pieces = [piece.to_ndarray() for part in (frame, None) for piece in resampler.resample(part)]
    held = sum(piece.shape[1] for piece in pieces)
    wave = np.concatenate([*pieces, np.zeros((1, max(0, _SHORTEST_SAMPLES - held)))], axis=1)[0]
    # A clipped recording's wave rises over full scale between its samples. A player's converter cuts it
    # there; FFmpeg's coder would turn the whole passage down by 2 dB instead (it still does by half of one).
    return np.asarray(np.clip(wave, -1.0, 1.0), dtype=np.float32)


def encode_aac(mono: Samples, bits: int) -> bytes:
    """Samples at the copies' rate as an .m4a file."""
    file = io.BytesIO()
    with av.open(
        file,
        "w",
        format="ipod",
        options={"movflags": "+faststart"},
        io_open=lambda _url, _flags, _options: _Reader(file),
    ) as container:
        _encode(container, mono, "aac", bits, _AAC_CODER)
    return file.getvalue()


def encode_mp3(mono: Samples, bits: int) -> bytes:
    """The same as an .mp3 file, whose first frame (Xing) tells its length."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        _encode(container, mono, "libmp3lame", bits, _MP3_CODER)
    return file.getvalue()


def _encode(
    container: OutputContainer, mono: Samples, coder: str, bits: int, options: dict[str, str]
) -> None:
    stream = container.add_stream(coder, rate=COPY_RATE, layout="mono", bit_rate=bits, options=options)
    assert isinstance(stream, AudioStream)
    for start in range(0, len(mono), _PIECE_SAMPLES):
        piece = np.ascontiguousarray(mono[np.newaxis, start : start + _PIECE_SAMPLES])
        frame = AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate = COPY_RATE
        frame.pts = start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


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
