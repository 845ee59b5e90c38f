"""The copies of what a facility sent: as loud as people expect it, and later as MP3 too, and a louder one.

Synchronous and pure: for a worker's process. Each copy is measured as it decodes, since coding moves level
and peaks too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from care_console.service.recordings.decode import Samples, Sound, decode
from care_console.service.recordings.formats import SoundError, SoundProblem
from care_console.service.recordings.levelling import at_level, limited, ratio
from care_console.service.recordings.loudness import decibels, integrated_lufs, true_peak
from care_console.service.recordings.measure import peaks_of
from care_console.service.recordings.transcode import COPY_RATE, bits_for, encode_aac, encode_mp3, resampled

COPY_LUFS = -16.0
"""What speech on a phone is played at: podcasts' level, and 7 LU over broadcast's."""
LOUDER_LUFS = -11.0
"""As loud as a voice gets before the limiter is heard to work: 5 LU over the other copies."""
MOST_TRUE_PEAK_DBFS = -1.0

_WITHIN_LU = 0.5
_MOST_OFF_LU = 1.0
_HEADROOM_DB = 0.8
_MOST_ENCODINGS = 4
# LAME turns what it codes at these rates down by 0.45 dB; it is turned up by as much before.
_MP3_LOSS_DB = 0.45


@dataclass(frozen=True, slots=True)
class Copy:
    """The sound as it is offered: an AAC file, and what was measured of it as it decodes."""

    aac: bytes
    lufs: float
    true_peak_dbfs: float
    peaks: bytes


@dataclass(frozen=True, slots=True)
class MoreCopies:
    """What is made of it besides; None for one that could not be made loud enough within its peaks."""

    mp3: bytes | None
    louder: bytes | None


@dataclass(frozen=True, slots=True)
class _Coded:
    data: bytes
    lufs: float
    true_peak_dbfs: float


def make_copy(sound: Sound) -> Copy:
    """The copy that is played. Raises SoundError where it cannot be made loud enough for anybody to hear."""
    bits, wave = bits_for(sound), _at_level(resampled(sound), COPY_LUFS)
    aac = _coded(wave, COPY_LUFS, lambda samples: encode_aac(samples, bits))
    return Copy(aac.data, aac.lufs, aac.true_peak_dbfs, peaks_of(wave[np.newaxis]))


def make_more_copies(sound: Sound) -> MoreCopies:
    """The other copies of a sound of which the first was made."""
    mono, bits = resampled(sound), bits_for(sound)

    def mp3() -> bytes:
        wave = _at_level(mono, COPY_LUFS) * ratio(_MP3_LOSS_DB)
        return _coded(wave, COPY_LUFS, lambda samples: encode_mp3(samples, bits)).data

    def louder() -> bytes:
        # What has sharp peaks among much that is faint cannot be so loud; then it is as loud as it gets.
        return _coded(_at_level(mono, LOUDER_LUFS), None, lambda samples: encode_aac(samples, bits)).data

    return MoreCopies(_unless_too_faint(mp3), _unless_too_faint(louder))


def _unless_too_faint(make: Callable[[], bytes]) -> bytes | None:
    try:
        return make()
    except SoundError:
        return None


def _at_level(mono: Samples, lufs: float) -> Samples:
    wave = at_level(mono, COPY_RATE, lufs, MOST_TRUE_PEAK_DBFS - _HEADROOM_DB)
    if wave is None:
        raise _too_faint()
    return wave


def _coded(wave: Samples, lufs: float | None, encode: Callable[[Samples], bytes]) -> _Coded:
    """The wave as a file, its true peak under the most, and its loudness `lufs` where that is given."""
    gain_db, ceiling = 0.0, 0.0
    for _ in range(_MOST_ENCODINGS):
        turned = limited(wave * ratio(gain_db), COPY_RATE, ceiling) if gain_db or ceiling else wave
        copy = _measured(encode(turned), len(wave) / COPY_RATE)
        over = copy.true_peak_dbfs - MOST_TRUE_PEAK_DBFS
        missing = 0.0 if lufs is None else lufs - copy.lufs
        if over < 0.0 and abs(missing) <= _WITHIN_LU:
            return copy
        ceiling = min(ceiling, decibels(true_peak(turned[np.newaxis]))) - max(0.0, over + 0.2)
        gain_db += missing
    if over >= 0.0 or abs(missing) > _MOST_OFF_LU:
        raise _too_faint()
    return copy


def _measured(data: bytes, seconds: float) -> _Coded:
    heard = decode(data, limit_seconds=seconds + 1.0).samples
    lufs = integrated_lufs(heard, COPY_RATE)
    if lufs is None:
        raise _too_faint()
    return _Coded(data, lufs, decibels(true_peak(heard)))


def _too_faint() -> SoundError:
    return SoundError(
        SoundProblem.SILENT,
        "The recording holds nothing that anybody could hear, however loud it is made. Record it again.",
    )
