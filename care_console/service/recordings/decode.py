"""Turns a recording of any format we take into plain samples, in bounds that no hostile file can move."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from care_console.service.recordings.formats import (
    CODECS,
    CONTAINERS,
    LARGEST_BYTES,
    LENGTH_SLACK_SECONDS,
    LONGEST_SECONDS,
    MISSING_SHARE,
    MOST_CHANNELS,
    SAMPLE_RATES,
    SoundError,
    SoundProblem,
    is_bare_gsm,
    is_plain_wav,
    ogg_is_cut_off,
    wav_is_cut_off,
)

Samples = NDArray[np.float32]

# Opus has packets of 2.5 ms at the shortest: 48 000 in two minutes. More packets than this carry no sound.
_MOST_PACKETS = 200_000
# A whole message decodes in a quarter of a second. The clock (of the processor: a busy machine is not the
# recording's fault) only stops what is slow on purpose.
_LONGEST_WORK_SECONDS = 2.0
# A packet of plain samples is as long as is asked for: by FFmpeg's own measure, a few dozen milliseconds, a
# telephone's recording takes ten times as long to decode. Its first packet, not its first 32, is searched for
# another codec's sound that only says that it is plain.
_PLAIN = {"max_size": str(16 * 1024), "max_probe_packets": "1"}
_CODECS = frozenset(CODECS.split(","))
# Sound over this is no sound: a float file can hold anything, and 1e30 would drown every figure after it.
_GREATEST_SAMPLE = 8.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A decoded recording: samples of shape (channels, n), full scale at 1.0."""

    codec: str
    container: str
    sample_rate: int
    samples: Samples

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1]) / self.sample_rate


def decode(source: Path | bytes, *, limit_seconds: float = LONGEST_SECONDS) -> Sound:
    """Decode the first sound stream of `source` to its end.

    Raises SoundError for what is not sound, damaged, cut off, empty, or longer than `limit_seconds`.
    """
    data = _read(source)
    if wav_is_cut_off(data) or ogg_is_cut_off(data):
        raise _cut_off()
    try:
        with _open(data) as container:
            return _decode_stream(container, data, limit_seconds)
    except (FFmpegError, UnicodeDecodeError) as error:
        raise _not_sound() from error


def _read(source: Path | bytes) -> bytes:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                source = file.read(LARGEST_BYTES + 1)
        except OSError as error:
            reason = (error.strerror or "it cannot be opened").lower()
            raise SoundError(
                SoundProblem.UNREADABLE, f"The recording could not be read: {reason}. Check the file."
            ) from error
    if not source:
        raise SoundError(SoundProblem.EMPTY, "The recording is empty: it has not one byte. Send it again.")
    if len(source) > LARGEST_BYTES:
        most = LARGEST_BYTES // (1024 * 1024)
        raise SoundError(
            SoundProblem.TOO_LARGE, f"The recording is larger than {most} MB. Send it in a smaller format."
        )
    return source


def _open(data: bytes) -> InputContainer:
    options = {"format_whitelist": CONTAINERS, "codec_whitelist": CODECS, "protocol_whitelist": "none"}
    if is_plain_wav(data):
        options |= _PLAIN
    form = "gsm" if is_bare_gsm(data) else None
    return av.open(io.BytesIO(data), "r", format=form, options=options, metadata_errors="replace")


def _decode_stream(container: InputContainer, data: bytes, limit_seconds: float) -> Sound:
    if not container.streams.audio:
        raise _not_sound()
    stream = container.streams.audio[0]
    # A codec that is not on the list, or a spoiled header, leaves no context, whatever the stub says. FFmpeg
    # does not look at the list for what it finds in a WAV that says it is plain.
    context: AudioCodecContext | None = stream.codec_context
    if context is None or _CODECS.isdisjoint((context.codec.name, context.codec.canonical_name)):
        raise _not_sound()
    rate, channels = _checked_form(context)
    most = int((limit_seconds + LENGTH_SLACK_SECONDS) * rate)
    pieces: list[NDArray[Any]] = []
    count = 0
    for frame in _frames(container, stream):
        if frame.sample_rate != rate or frame.layout.nb_channels != channels:
            continue
        pieces.append(_planes(frame, channels))
        count += frame.samples
        if count > most:
            raise SoundError(
                SoundProblem.TOO_LONG,
                f"The recording is longer than {limit_seconds:g} seconds, a message's most. Shorten it.",
            )
    if not count:
        raise SoundError(SoundProblem.EMPTY, "The recording holds no sound at all. Record it again.")
    announced = _announced_seconds(container, stream, data)
    if announced - count / rate > max(LENGTH_SLACK_SECONDS, announced * MISSING_SHARE):
        raise _cut_off()
    codec = context.codec.canonical_name
    return Sound(codec, container.format.name.split(",")[0], rate, _plain(pieces))


def _checked_form(context: AudioCodecContext) -> tuple[int, int]:
    rate, channels = context.sample_rate or 0, context.channels
    if rate not in SAMPLE_RATES or not 1 <= channels <= MOST_CHANNELS:
        raise SoundError(
            SoundProblem.UNFIT,
            f"The recording has {channels} channels at {rate} samples a second. Send it with one or two, at "
            f"{SAMPLE_RATES.start} to {SAMPLE_RATES.stop - 1}.",
        )
    return rate, channels


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Every frame that decodes. Damage is skipped, as players skip it, unless most of the file is damage."""
    deadline = time.thread_time() + _LONGEST_WORK_SECONDS
    good = bad = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except FFmpegError:
            frames, bad = [], bad + 1
        else:
            good += 1
        yield from frames
        if good + bad > _MOST_PACKETS or time.thread_time() > deadline:
            raise _damaged()
    if bad > good:
        raise _damaged()


def _planes(frame: AudioFrame, channels: int) -> NDArray[Any]:
    raw: NDArray[Any] = frame.to_ndarray()
    return raw if frame.format.is_planar else raw.reshape(-1, channels).T


def _plain(pieces: list[NDArray[Any]]) -> Samples:
    """All pieces in one, full scale at 1.0."""
    if len({piece.dtype for piece in pieces}) > 1:  # each by itself: what full scale is differs
        return np.concatenate([_plain([piece]) for piece in pieces], axis=1)
    # Each channel by itself in memory: of two that come in turn, some passes would take many times as long.
    planes = np.ascontiguousarray(np.concatenate(pieces, axis=1))
    match planes.dtype.kind, planes.dtype.itemsize:
        case "u", 1:
            return (planes.astype(np.float32) - 128.0) / np.float32(128.0)
        case "i", size:
            return planes.astype(np.float32) / np.float32(2 ** (8 * size - 1))
        case _:
            return _tamed(planes)


def _tamed(planes: NDArray[Any]) -> Samples:
    """Floating samples without what is no sound: only they can hold it."""
    # What is too great for 32 bits becomes infinite, and that silence.
    with np.errstate(over="ignore"):
        samples = planes.astype(np.float32, copy=False)
    if not np.isfinite(samples).all():
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(samples, -_GREATEST_SAMPLE, _GREATEST_SAMPLE, out=samples)


def _announced_seconds(container: InputContainer, stream: AudioStream, data: bytes) -> float:
    """The length that the container states, or 0 where FFmpeg would only guess it from the size."""
    name = container.format.name
    counted_mp3 = name == "mp3" and any(mark in data[:8192] for mark in (b"Xing", b"Info"))
    counted = "mov" in name or name == "flac" or counted_mp3
    if not counted or stream.duration is None or stream.time_base is None:
        return 0.0
    return float(stream.duration * stream.time_base)


def _not_sound() -> SoundError:
    return SoundError(
        SoundProblem.NOT_SOUND,
        "This is not a recording we can read. Send WAV, MP3, Opus, AAC, GSM or FLAC.",
    )


def _damaged() -> SoundError:
    return SoundError(
        SoundProblem.DAMAGED, "The recording is damaged: most of it cannot be decoded. Send it again."
    )


def _cut_off() -> SoundError:
    return SoundError(
        SoundProblem.TRUNCATED,
        "The recording is cut off: it holds less than it announces. Send it whole.",
    )
