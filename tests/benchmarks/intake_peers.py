"""The peers of the benchmark `intake`: FFmpeg alone, by its coders' defaults, and with its own filters."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as AtEnd

_RATE = 24_000
_BITS = 32_000


def plain(data: bytes, *, mp3: bool) -> bytes:
    """Decoded, resampled and coded: no level set, nothing measured."""
    with av.open(io.BytesIO(data), "r") as source:
        frames = source.decode(audio=0)
        return _coded(_through(source.streams.audio[0], frames, _resampling()), mp3=mp3)


def filtered(data: bytes, lufs: float, most_dbfs: float) -> tuple[float, bytes]:
    """The usual two passes by filters (`ebur128`, then `volume` and `alimiter`), an AAC file of it, and what
    that measures as it decodes, in LUFS. What we do besides (silence, clipping, peaks) is left out."""
    loud, _ = _measured(data)
    limit = 10.0 ** ((most_dbfs - 1.0) / 20.0)
    # The limiter knows samples only, so it is given four times as many (BS.1770-4, annex 2).
    steps = [
        ("volume", f"{lufs - loud}dB"),
        ("aresample", str(4 * _RATE)),
        ("alimiter", f"limit={limit}:attack=5:release=50:level=false"),
        *_resampling(),
    ]
    with av.open(io.BytesIO(data), "r") as source:
        coded = _coded(_through(source.streams.audio[0], source.decode(audio=0), steps), mp3=False)
    return _measured(coded)[0], coded


def _resampling() -> list[tuple[str, str]]:
    return [("aresample", str(_RATE)), ("aformat", "sample_fmts=fltp:channel_layouts=mono")]


def _measured(data: bytes) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBFS, by `ebur128`."""
    loud = peak = float("nan")
    with av.open(io.BytesIO(data), "r") as source:
        steps = [("ebur128", "metadata=1:peak=true")]
        for frame in _through(source.streams.audio[0], source.decode(audio=0), steps):
            loud = float(frame.metadata.get("lavfi.r128.I", loud))
            peak = float(frame.metadata.get("lavfi.r128.true_peak", peak))
    return loud, peak


def _through(
    stream: AudioStream, frames: Iterable[AudioFrame], steps: list[tuple[str, str]]
) -> Iterator[AudioFrame]:
    graph = av.filter.Graph()
    nodes = [
        graph.add_abuffer(template=stream),
        *(graph.add(*step) for step in steps),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    for frame in [*frames, None]:
        graph.push(frame)
        while True:
            try:
                out = graph.pull()
            except (NothingYet, AtEnd):
                break
            assert isinstance(out, AudioFrame)
            yield out


def _coded(frames: Iterable[AudioFrame], *, mp3: bool) -> bytes:
    file = io.BytesIO()
    form, coder = ("mp3", "libmp3lame") if mp3 else ("adts", "aac")
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(coder, rate=_RATE, layout="mono", bit_rate=_BITS)
        assert isinstance(stream, AudioStream)
        for frame in frames:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
