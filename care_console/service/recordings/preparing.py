"""Measures a sound and makes its copies: `prepare(job, source, folder)`. Slow: for a worker's process.

Three jobs. A sound that is imported was heard as it is, so its copy keeps its level. One that a facility
sends is checked to be heard at all, and its copy is made as loud as people expect; its other copies are made
once it was taken, since nobody waits for them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from care_console.service.recordings.copies import COPY_LUFS, make_copy, make_more_copies
from care_console.service.recordings.decode import Sound, decode
from care_console.service.recordings.formats import SHORTEST_SECONDS, SoundError, SoundProblem
from care_console.service.recordings.levelling import MOST_GAIN_DB
from care_console.service.recordings.measure import Levels, levels_of
from care_console.service.recordings.transcode import as_it_is

PLAYABLE, MP3, LOUDER = "playable.m4a", "playable.mp3", "louder.m4a"
"""The files that are made, in the folder that was given."""

# Less than this over the threshold of silence is a knock or a click, nothing that anybody said.
LEAST_SOUNDING_SECONDS = 0.2


class Job(StrEnum):
    """What a sound is prepared for."""

    IMPORT = "import"
    MESSAGE = "message"
    MORE_COPIES = "more_copies"


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a sound once it was prepared. `peaks`: a waveform, as hexadecimal digits. The last two
    are of the copy that is played, where it was made as loud as people expect."""

    codec: str
    duration_seconds: float
    loudness_lufs: float | None
    true_peak_dbfs: float | None
    silence_share: float
    clipping_share: float
    peaks: str
    copy_lufs: float | None = None
    copy_true_peak_dbfs: float | None = None


def prepare(job: Job, source: Path, folder: Path) -> dict[str, Any]:
    """Prepare a sound: its files in `folder`, and the fields of `Measured`. Raises SoundError.

    Of more copies: `made`, the names of those that could be made.
    """
    sound = decode(source)
    if job is Job.MORE_COPIES:
        return {"made": _more_copies(sound, folder)}
    levels = levels_of(sound)
    if job is Job.IMPORT:
        (folder / PLAYABLE).write_bytes(as_it_is(sound))
        return asdict(_measured(levels))
    return asdict(_for_a_message(sound, levels, folder))


def check_heard(levels: Levels) -> None:
    """Raise SoundError for a recording that is too short, or that nobody could hear."""
    if levels.duration_seconds < SHORTEST_SECONDS:
        raise SoundError(
            SoundProblem.TOO_SHORT,
            f"The recording is shorter than {SHORTEST_SECONDS:g} seconds: nobody says anything in that. "
            "Record it again.",
        )
    sounding = (1.0 - levels.silence_share) * levels.duration_seconds
    loudness = levels.loudness_lufs
    if loudness is None or sounding < LEAST_SOUNDING_SECONDS or loudness < COPY_LUFS - MOST_GAIN_DB:
        raise SoundError(
            SoundProblem.SILENT,
            "The recording is silent: nobody could hear anything in it. Check the microphone and record it "
            "again.",
        )


def _for_a_message(sound: Sound, levels: Levels, folder: Path) -> Measured:
    check_heard(levels)
    copy = make_copy(sound, levels.loudness_lufs)
    (folder / PLAYABLE).write_bytes(copy.aac)
    return _measured(levels, copy.peaks, copy.lufs, copy.true_peak_dbfs)


def _more_copies(sound: Sound, folder: Path) -> list[str]:
    more = make_more_copies(sound)
    made = {name: data for name, data in ((MP3, more.mp3), (LOUDER, more.louder)) if data is not None}
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return list(made)


def _measured(
    levels: Levels,
    peaks: bytes | None = None,
    copy_lufs: float | None = None,
    copy_true_peak_dbfs: float | None = None,
) -> Measured:
    return Measured(
        codec=levels.codec,
        duration_seconds=levels.duration_seconds,
        loudness_lufs=levels.loudness_lufs,
        true_peak_dbfs=levels.true_peak_dbfs,
        silence_share=levels.silence_share,
        clipping_share=levels.clipping_share,
        peaks=(levels.peaks if peaks is None else peaks).hex(),
        copy_lufs=copy_lufs,
        copy_true_peak_dbfs=copy_true_peak_dbfs,
    )
