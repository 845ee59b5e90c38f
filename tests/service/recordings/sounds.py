"""Sounds for the tests: tones, real speech, and one sound in every form that a recorder may send."""

from __future__ import annotations

import io
import struct
import wave
from collections.abc import Sequence

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from care_console.demo.recordings import Flaw, WantedRecording, recording
from care_console.demo.speech import Language

Wave = NDArray[np.float64]

FORMS: dict[str, tuple[str, str, int]] = {
    "wav": ("wav", "pcm_s16le", 8_000),
    "mu-law": ("wav", "pcm_mulaw", 8_000),
    "a-law": ("wav", "pcm_alaw", 8_000),
    "mp3": ("mp3", "libmp3lame", 24_000),
    "opus": ("ogg", "libopus", 48_000),
    "aac": ("ipod", "aac", 24_000),
    "adts": ("adts", "aac", 24_000),
    "flac": ("flac", "flac", 8_000),
}
"""Container, encoder and sample rate of each form that FFmpeg can also write."""


def sine(
    dbfs: float, seconds: float, *, hertz: float = 997.0, rate: int = 48_000, phase: float = 0.0
) -> Wave:
    """A sine of this peak level."""
    at = np.arange(round(seconds * rate)) / rate
    return np.asarray(10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * at + phase))


def wav(channels: Sequence[Wave], rate: int) -> bytes:
    """A 16-bit PCM WAV file."""
    whole = np.clip(np.rint(np.stack(channels, axis=1) * 32_768), -32_768, 32_767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((len(channels), 2, rate, 0, "NONE", ""))
        writer.writeframes(whole.tobytes())
    return file.getvalue()


def float_wav(samples: NDArray[np.float32], rate: int) -> bytes:
    """A mono WAV of 32-bit floats, which may hold anything."""
    body = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, rate, rate * 4, 4, 32)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def speech(language: Language = "en", seconds: int = 10, flaw: Flaw = "none", seed: int = 2) -> bytes:
    """A sample recording (an 8 kHz WAV file)."""
    return recording(WantedRecording("a.wav", language, seconds, flaw, seed))


def in_form(data: bytes, form: str) -> bytes:
    """The same sound in another form, written by FFmpeg."""
    container, encoder, rate = FORMS[form]
    file = io.BytesIO()
    with av.open(io.BytesIO(data), "r") as source, av.open(file, "w", format=container) as target:
        stream = target.add_stream(encoder, rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        formats = stream.codec_context.codec.audio_formats
        assert formats
        resampler = av.AudioResampler(format=formats[0].name, layout="mono", rate=rate)
        for frame in [*source.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return file.getvalue()


def reference_lufs(data: bytes) -> float:
    """Integrated loudness by libavfilter's ebur128, an implementation that is not ours, at 48 kHz."""
    last = float("nan")
    with av.open(io.BytesIO(data), "r") as source:
        graph = av.filter.Graph()
        stream = source.streams.audio[0]
        nodes = [
            graph.add_abuffer(template=stream),
            graph.add("aresample", "48000"),
            graph.add("ebur128", "metadata=1"),
            graph.add("abuffersink"),
        ]
        graph.link_nodes(*nodes).configure()
        for frame in [*source.decode(stream), None]:
            graph.push(frame)
            while True:
                try:
                    measured = graph.pull()
                except (av.error.BlockingIOError, av.error.EOFError):
                    break
                assert isinstance(measured, AudioFrame)
                last = float(measured.metadata.get("lavfi.r128.I", last))
    return last
