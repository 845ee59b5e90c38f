"""Writes sound as people hear it: AAC-LC in MP4 and MP3, mono.

The index of an MP4 comes first, so that browsers, old phones and the desk's player start at once and can
seek. Synchronous and pure, as `measure` is; `to_aac` raises the same `SoundError`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer

from care_console.service.recordings.decode import Samples, Sound, decode
from care_console.service.recordings.formats import LONGEST_SECONDS

TELEPHONE_RATE = 8_000
"""Sound of so many samples a second, or fewer, is a telephone's."""

# Handed to a coder at once. It cuts its own frames; by smaller pieces it takes half as long again.
_PIECE_SAMPLES = 8_192
# A copy of a few samples would end within the coder's own delay, and not play at all.
_SHORTEST_SECONDS = 0.1

# FFmpeg's default, "twoloop", takes over three times as long and strays further from the wave: its error is
# 29 to 32 dB below a telephone's sound, this one's 33 to 35. It overshoots by up to 0.4 dB, this by 0.1.
_AAC_CODER = {"aac_coder": "fast"}
# LAME's quality 7 of 0 to 9: a third quicker than its default, and no ear tells them apart at this rate.
_MP3_CODER = {"compression_level": "7"}


@dataclass(frozen=True, slots=True)
class Form:
    """How a copy is coded: samples and bits a second, and up to which tone in hertz (None: all that fit)."""

    rate: int
    bits: int
    highest: int | None

    @property
    def cutoff(self) -> dict[str, str]:
        """FFmpeg's option for it: no bits, and no time, for what is not in the sound."""
        return {} if self.highest is None else {"cutoff": str(self.highest)}


def aac_form(sound: Sound) -> Form:
    """A telephone's voice needs less than others, and stays at its own rate, which AAC's own table has; any
    other voice ends well below 12 kHz."""
    # The frames of so low a rate are long, so a word's noise begins before it: a few bits make up for that.
    return _form(sound, TELEPHONE_RATE, 36_000)


def mp3_form(sound: Sound) -> Form:
    """The same, but for a telephone's rate: as MP3 that is MPEG-2.5's, which not every player knows."""
    return _form(sound, 2 * TELEPHONE_RATE, 32_000)


def _form(sound: Sound, telephone_rate: int, telephone_bits: int) -> Form:
    is_telephone = sound.sample_rate <= TELEPHONE_RATE
    rate, bits = (telephone_rate, telephone_bits) if is_telephone else (24_000, 48_000)
    return Form(rate, bits, sound.sample_rate // 2 if sound.sample_rate < rate else None)


def to_aac(source: Path | bytes, *, limit_seconds: float = LONGEST_SECONDS) -> bytes:
    """The recording as an .m4a file, its level left as it is: for a message that somebody has heard so."""
    return as_it_is(decode(source, limit_seconds=limit_seconds))


def as_it_is(sound: Sound) -> bytes:
    """What is decoded already as an .m4a file, its level left as it is."""
    form = aac_form(sound)
    return encode_aac(at_rate(one_channel(sound), sound.sample_rate, form.rate), form)


def one_channel(sound: Sound) -> Samples:
    """Two channels are averaged, so what is the same in both keeps its level."""
    if sound.channels == 1:
        return np.asarray(sound.samples[0])
    return np.asarray(sound.samples.mean(axis=0, dtype=np.float32))


def at_rate(mono: Samples, rate: int, wanted: int) -> Samples:
    """One channel at another rate, and long enough to be coded."""
    wave = _resampled(mono, rate, wanted) if rate != wanted else mono
    missing = round(wanted * _SHORTEST_SECONDS) - len(wave)
    if missing > 0:
        wave = np.pad(wave, (0, missing))
    # A clipped recording's wave rises over full scale between its samples. A player's converter cuts it
    # there; FFmpeg's coder would turn the whole passage down by 2 dB instead (it still does by half of one).
    return np.asarray(np.clip(wave, -1.0, 1.0), dtype=np.float32)


def _resampled(mono: Samples, rate: int, wanted: int) -> Samples:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=wanted)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(mono[np.newaxis]), format="fltp", layout="mono")
    frame.sample_rate = rate
    pieces = [piece.to_ndarray() for part in (frame, None) for piece in resampler.resample(part)]
    return np.asarray(np.concatenate([*pieces, np.zeros((1, 0), np.float32)], axis=1)[0])


def encode_aac(mono: Samples, form: Form) -> bytes:
    """Samples at the form's rate as an .m4a file."""
    file = io.BytesIO()
    with av.open(
        file,
        "w",
        format="ipod",
        options={"movflags": "+faststart"},
        io_open=lambda _url, _flags, _options: _Reader(file),
    ) as container:
        _encode(container, mono, "aac", form, _AAC_CODER | form.cutoff)
    return file.getvalue()


def encode_mp3(mono: Samples, form: Form) -> bytes:
    """The same as an .mp3 file, whose first frame (Xing) tells its length."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        _encode(container, mono, "libmp3lame", form, _MP3_CODER)
    return file.getvalue()


def _encode(
    container: OutputContainer, mono: Samples, coder: str, form: Form, options: dict[str, str]
) -> None:
    stream = container.add_stream(coder, rate=form.rate, layout="mono", bit_rate=form.bits, options=options)
    assert isinstance(stream, AudioStream)
    for start in range(0, len(mono), _PIECE_SAMPLES):
        piece = np.ascontiguousarray(mono[np.newaxis, start : start + _PIECE_SAMPLES])
        frame = AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate = form.rate
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
