"""Short sounds in the formats that recorders and our own storage use, made with PyAV."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import av
import numpy as np


@dataclass(frozen=True, slots=True)
class Format:
    """How a sound is written: container, encoder, rate in Hz, sample format."""

    container: str
    encoder: str
    rate: int
    sample_format: str


FORMATS = {
    "wav": Format("wav", "pcm_s16le", 8000, "s16"),
    "mu-law": Format("wav", "pcm_mulaw", 8000, "s16"),
    "mp3": Format("mp3", "libmp3lame", 44100, "fltp"),
    "aac": Format("ipod", "aac", 44100, "fltp"),
    "opus": Format("ogg", "libopus", 48000, "flt"),
    "flac": Format("flac", "flac", 16000, "s16"),
}


def make_sound(name: str, seconds: float = 1.2) -> bytes:
    """A tone in the named format."""
    form = FORMATS[name]
    times = np.arange(int(form.rate * seconds)) / form.rate
    tone = (np.sin(2 * math.pi * 440 * times) * 8000).astype(np.int16)
    file = io.BytesIO()
    with av.open(file, "w", format=form.container) as container:
        stream = container.add_stream(form.encoder, rate=form.rate, layout="mono", format=form.sample_format)
        frame = av.AudioFrame.from_ndarray(tone.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = form.rate
        resampler = av.AudioResampler(
            format=form.sample_format,
            layout="mono",
            rate=form.rate,
            frame_size=stream.codec_context.frame_size,
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()
