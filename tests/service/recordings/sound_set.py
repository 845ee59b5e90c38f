"""Two hundred recordings of every form and fault, each with its one right verdict; None for taken."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from care_console.demo.recordings import Flaw
from care_console.service.recordings.decode import decode
from care_console.service.recordings.formats import SoundProblem
from tests.service.recordings.sounds import FORMS, in_form, sine, speech, wav

SIZE = 200

_PROBLEM = SoundProblem
# Where a form's container says how much there is to be, half a file is seen to be half; a bare stream of
# frames says nothing of the kind, and half of it is a shorter recording.
_HALF = {
    "wav": _PROBLEM.TRUNCATED,
    "mu-law": _PROBLEM.TRUNCATED,
    "a-law": _PROBLEM.TRUNCATED,
    "mp3": _PROBLEM.TRUNCATED,
    "opus": _PROBLEM.TRUNCATED,
    "aac": _PROBLEM.NOT_SOUND,  # its index is at the end
    "adts": None,
    "flac": _PROBLEM.TRUNCATED,
}
_NO_SOUND = {
    "nothing": b"",
    "a byte": b"\0",
    "a text": b"Hola, te llamo luego. " * 300,
    "a page": b"<!DOCTYPE html><title>x</title><audio src=a.wav>" * 50,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "an archive": b"PK\x03\x04" + bytes(range(256)) * 40,
    "a program": b"\x7fELF\x02\x01\x01" + bytes(4000),
    "a play list": b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1:9/a.wav\n",
    "a list of files": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "the head of a WAV": wav([sine(-20, 1, rate=8_000)], 8_000)[:20],
    "the head of an MP4": b"\0\0\0\x20ftypM4A " + bytes(20),
    "the head of an Ogg": b"OggS" + bytes(60),
    "nulls": bytes(50_000),
    "noise in bytes": random.Random(1).randbytes(50_000),
}
# A WAV's head announces the sound that is missing.
_OF_NO_SOUND = {"nothing": _PROBLEM.EMPTY, "the head of a WAV": _PROBLEM.TRUNCATED}


@dataclass(frozen=True, slots=True)
class Recording:
    """One of the set: what it is, how it is made, and what must be said of it."""

    name: str
    make: Callable[[], bytes]
    problem: SoundProblem | None


def the_set() -> list[Recording]:
    """All of them, in one order for good."""
    found = [*_by_form(), *_gsm(), *_not_sound(), *_odd()]
    return [*found, *(_more(seed) for seed in range(SIZE - len(found)))]


def _by_form() -> Iterator[Recording]:
    for form in FORMS:

        def spoken(seconds: float, flaw: Flaw = "none", form: str = form) -> Callable[[], bytes]:
            whole = min(120, int(seconds) + 1)
            return lambda: in_form(_cut(speech(seconds=whole, flaw=flaw, seed=4), seconds), form)

        yield Recording(f"{form}, 0.2 s", spoken(0.2), _PROBLEM.TOO_SHORT)
        for seconds in (0.7, 1.0, 2.5, 12.0):
            yield Recording(f"{form}, {seconds} s", spoken(seconds), None)
        yield Recording(f"{form}, 119 s", spoken(119.0), None)
        yield Recording(f"{form}, 121 s", spoken(121.0), _PROBLEM.TOO_LONG)
        yield Recording(f"{form}, silent", spoken(3.0, "silent"), _PROBLEM.SILENT)
        yield Recording(f"{form}, quiet", spoken(4.0, "quiet"), None)
        yield Recording(f"{form}, clipped", spoken(4.0, "clipped"), None)
        whole = spoken(6.0)
        yield Recording(f"{form}, half", lambda whole=whole: whole()[: len(whole()) // 2], _HALF[form])


def _cut(data: bytes, seconds: float) -> bytes:
    """The first seconds of a recording, and the beginning again where it is shorter, as a 16-bit WAV."""
    sound = decode(data)
    samples = np.resize(sound.samples[0], round(seconds * sound.sample_rate))
    return wav([samples.astype(np.float64)], sound.sample_rate)


def _gsm() -> Iterator[Recording]:
    for frames, problem in ((10, _PROBLEM.TOO_SHORT), (100, None), (1500, None), (6100, _PROBLEM.TOO_LONG)):

        def make(frames: int = frames) -> bytes:
            chance = random.Random(5)
            return b"".join(
                bytes([0xD0 | chance.randrange(16)]) + chance.randbytes(32) for _ in range(frames)
            )

        yield Recording(f"GSM, {frames * 0.02:g} s", make, problem)


def _not_sound() -> Iterator[Recording]:
    for name, data in _NO_SOUND.items():
        problem = _OF_NO_SOUND.get(name, _PROBLEM.NOT_SOUND)
        yield Recording(name, lambda data=data: data, problem)


def _odd() -> Iterator[Recording]:
    rate = 16_000
    tone = sine(-20, 3, rate=rate)
    odd: list[tuple[str, list[np.ndarray], SoundProblem | None]] = [
        ("a tone", [tone], None),
        ("two channels", [tone, sine(-30, 3, rate=rate, hertz=400)], None),
        ("one of two channels is silent", [tone, np.zeros(len(tone))], None),
        ("a square at full scale", [np.sign(sine(0, 3, rate=rate))], None),
        ("digital silence", [np.zeros(rate * 3)], _PROBLEM.SILENT),
        ("a constant", [np.full(rate * 3, 0.3)], _PROBLEM.SILENT),
        ("hiss of a line", [np.random.default_rng(1).normal(0, 3e-4, rate * 3)], _PROBLEM.SILENT),
        ("a click", [np.pad([0.9], (rate, rate * 2))], _PROBLEM.SILENT),
        ("a word in two minutes of nothing", [np.pad(tone[:rate], (rate * 60, rate * 55))], None),
    ]
    for name, channels, problem in odd:
        yield Recording(name, lambda channels=channels: wav(channels, rate), problem)


def _more(seed: int) -> Recording:
    """Speech of another voice, length, language and form."""
    chance = random.Random(seed)
    form, seconds = chance.choice(list(FORMS)), chance.randrange(1, 30)
    flaw: Flaw = chance.choice(["none", "none", "quiet", "clipped"])

    def make() -> bytes:
        return in_form(speech(chance.choice(["en", "es"]), seconds, flaw, seed=seed), form)

    return Recording(f"more {seed}: {form}, {seconds} s, {flaw}", make, None)
