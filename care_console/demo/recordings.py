"""The sample recordings: prompts joined into messages as a facility's recorder writes them, some with a flaw.

`make_recordings(folder: Path, wanted: Sequence[WantedRecording]) -> None`: the same wish, the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from care_console.demo.speech import RATE, SOUNDS, Language, Speech, prompts, wav_of

Flaw = Literal["none", "silent", "quiet", "clipped"]
Wave = NDArray[np.float64]

LONGEST_SECONDS = 120

_FULL_SCALE = 32_767
_LINE_NOISE = 3.0
"""Standard deviation in 16-bit steps: about -81 dBFS, an open line with nobody on it."""

_QUIET_DBFS = -44.5
_CLIPPED_GAIN_DB = 18.0
_GAIN_DB = (-5.0, 1.0)
_PAUSE_SECONDS = (0.2, 0.9)
_FADE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class WantedRecording:
    """One recording to be made: `name` is its path below the folder, `seconds` are 1 to 120."""

    name: str
    language: Language
    seconds: int
    flaw: Flaw
    seed: int


def make_recordings(folder: Path, wanted: Sequence[WantedRecording], *, sounds: Path = SOUNDS) -> None:
    """Write each recording: 8 kHz mono WAV of its length to the sample, in PCM or mu-law as its seed has it.

    A silent one holds line noise only; a quiet one lies at about -45 LUFS; a clipped one is driven far over
    full scale. Raises speech.SpeechMissing where the prompts are not installed.
    """
    for each in wanted:
        place = folder / each.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(recording(each, sounds=sounds))


def recording(wanted: WantedRecording, *, sounds: Path = SOUNDS) -> bytes:
    """The WAV file of one recording."""
    if not 1 <= wanted.seconds <= LONGEST_SECONDS:
        raise ValueError(f"A recording has 1 to {LONGEST_SECONDS} seconds, not {wanted.seconds}.")
    # The old generator, since numpy promises its numbers for good; those of the new one may change.
    chance = np.random.RandomState(wanted.seed % 2**32)
    mu_law = bool(chance.randint(2))
    noise = chance.normal(0.0, _LINE_NOISE, wanted.seconds * RATE)
    return wav_of(_whole(noise + _voice(wanted, chance, sounds)), mu_law=mu_law)


def _voice(wanted: WantedRecording, chance: np.random.RandomState, sounds: Path) -> Wave:
    spoken = prompts(wanted.language, sounds)
    match wanted.flaw:
        case "silent":
            return np.zeros(wanted.seconds * RATE)
        case "quiet":
            speech = _joined(spoken, wanted.seconds, chance)
            return speech * _ratio(_QUIET_DBFS - _spoken_dbfs(speech))
        case "clipped":
            return _joined(spoken, wanted.seconds, chance) * _ratio(_CLIPPED_GAIN_DB)
        case "none":
            speech = _joined(spoken, wanted.seconds, chance) * _ratio(chance.uniform(*_GAIN_DB))
            return speech * min(1.0, 0.95 * _FULL_SCALE / max(1.0, float(np.abs(speech).max())))


def _joined(spoken: Sequence[Speech], seconds: int, chance: np.random.RandomState) -> Wave:
    """Sentences in a chance order with pauses between, of exactly this length; the last one fades out."""
    length = seconds * RATE
    pieces: list[Wave] = []
    held = 0
    while held < length:
        for index in chance.permutation(len(spoken)):
            pause = np.zeros(int(chance.uniform(*_PAUSE_SECONDS) * RATE))
            pieces += [spoken[index].astype(np.float64), pause]
            held += len(spoken[index]) + len(pause)
            if held >= length:
                break
    speech = np.concatenate(pieces)[:length]
    fade = int(_FADE_SECONDS * RATE)
    speech[-fade:] *= np.linspace(1.0, 0.0, fade)
    return speech


def _spoken_dbfs(speech: Wave) -> float:
    """Level of what is spoken, the pauses left out: of frames of 0.4 s those within 10 dB of the average."""
    frame = int(0.4 * RATE)
    power = np.square(speech[: len(speech) // frame * frame].reshape(-1, frame)).mean(axis=1)
    loud = power[power > power.mean() / 10.0]
    return float(10.0 * np.log10(loud.mean() / _FULL_SCALE**2))


def _whole(wave: Wave) -> Speech:
    return np.clip(np.rint(wave), -_FULL_SCALE - 1, _FULL_SCALE).astype(np.int16)


def _ratio(db: float) -> float:
    return float(10.0 ** (db / 20.0))
