"""Real speech for sample messages: telephone prompts of two Debian packages, written as a recorder does."""

from __future__ import annotations

import struct
import wave
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Language = Literal["en", "es"]
Speech = NDArray[np.int16]

RATE = 8_000
"""Samples a second, as on a telephone line."""

SOUNDS = Path("/usr/share/asterisk/sounds")
_FOLDERS: dict[Language, str] = {"en": "en_US_f_Allison", "es": "es_MX_f_Allison"}

# Shorter prompts are single words ("from"), which strung together are no sentence; longer ones are menus.
_SHORTEST_SECONDS = 1.5
_LONGEST_SECONDS = 15.0

_PCM, _MU_LAW = 1, 7

# ITU-T G.711 mu-law on 16 bits: the bias by which segments begin at powers of two, and the scale's top.
_MU_LAW_BIAS = 132
_MU_LAW_CLIP = 32_635


class SpeechMissing(RuntimeError):
    """The prompts are not installed; `str()` says which packages to install."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The sample recordings are made of speech that is not in {folder}. Install the Debian packages "
            "asterisk-core-sounds-en-wav and asterisk-core-sounds-es-wav, then try again."
        )


@lru_cache(maxsize=4)
def prompts(language: Language, sounds: Path = SOUNDS) -> tuple[Speech, ...]:
    """The spoken sentences of one language, in a fixed order. Raises SpeechMissing where there are none."""
    folder = sounds / _FOLDERS[language]
    found = [_samples(path) for path in sorted(folder.glob("*.wav"))]
    spoken = [each for each in found if _SHORTEST_SECONDS * RATE <= len(each) <= _LONGEST_SECONDS * RATE]
    if not spoken:
        raise SpeechMissing(folder)
    return tuple(spoken)


def _samples(path: Path) -> Speech:
    with wave.open(str(path)) as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            return np.zeros(0, dtype=np.int16)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)


def wav_of(speech: Speech, *, mu_law: bool) -> bytes:
    """A WAV file of 8 kHz mono: 16-bit PCM, or mu-law in 8 bits."""
    if mu_law:
        sound = _mu_law_codes()[speech.view(np.uint16)].tobytes()
        form = struct.pack("<HHIIHHH", _MU_LAW, 1, RATE, RATE, 1, 8, 0)
        count = struct.pack("<I", len(speech))
        chunks = _chunk(b"fmt ", form) + _chunk(b"fact", count) + _chunk(b"data", sound)
    else:
        sound = speech.astype("<i2").tobytes()
        form = struct.pack("<HHIIHH", _PCM, 1, RATE, RATE * 2, 2, 16)
        chunks = _chunk(b"fmt ", form) + _chunk(b"data", sound)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


@lru_cache(maxsize=1)
def _mu_law_codes() -> NDArray[np.uint8]:
    """The mu-law byte of each 16-bit sample, looked up by the sample's bits as an unsigned number."""
    sample = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(sample), _MU_LAW_CLIP) + _MU_LAW_BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    step = (magnitude >> (segment + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    return np.asarray(~(sign | (segment << 4) | step) & 0xFF, dtype=np.uint8)
