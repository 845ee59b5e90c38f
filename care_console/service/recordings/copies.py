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
from care_console.service.recordings.transcode import (
    Form,
    aac_form,
    at_rate,
    encode_aac,
    encode_mp3,
    mp3_form,
    one_channel,
)

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


@dataclass(frozen=True, slots=True)
class _Voice:
    """One channel at the rate at which it is worked on: its own, or its AAC copies' where that is less.
    `level`: its loudness, in LUFS. `form`: that of its AAC copies."""

    mono: Samples
    rate: int
    level: float | None
    form: Form


def make_copy(sound: Sound, loudness_lufs: float | None = None) -> Copy:
    """The copy that is played. Raises SoundError where it cannot be made loud enough for anybody to hear.

    `loudness_lufs`: that of the sound, where it was measured.
    """
    voice = _voice_of(sound, loudness_lufs)
    wave = _at_level(voice, COPY_LUFS)
    coded = _coded(at_rate(wave, voice.rate, voice.form.rate), voice.form, COPY_LUFS, encode_aac)
    return Copy(coded.data, coded.lufs, coded.true_peak_dbfs, peaks_of(wave[np.newaxis]))


def make_more_copies(sound: Sound) -> MoreCopies:
    """The other copies of a sound of which the first was made."""
    voice = _voice_of(sound, None)

    def mp3() -> bytes:
        form = mp3_form(sound)
        wave = at_rate(_at_level(voice, COPY_LUFS), voice.rate, form.rate) * ratio(_MP3_LOSS_DB)
        return _coded(wave, form, COPY_LUFS, encode_mp3).data

    def louder() -> bytes:
        # What has sharp peaks among much that is faint cannot be so loud; then it is as loud as it gets.
        wave = at_rate(_at_level(voice, LOUDER_LUFS), voice.rate, voice.form.rate)
        return _coded(wave, voice.form, None, encode_aac).data

    return MoreCopies(_unless_too_faint(mp3), _unless_too_faint(louder))


def _voice_of(sound: Sound, loudness_lufs: float | None) -> _Voice:
    form, mono, rate = aac_form(sound), one_channel(sound), sound.sample_rate
    if rate > form.rate:
        mono, rate = at_rate(mono, rate, form.rate), form.rate
    is_known = loudness_lufs is not None and sound.channels == 1 and rate == sound.sample_rate
    level = loudness_lufs if is_known else integrated_lufs(mono[np.newaxis], rate)
    return _Voice(mono, rate, level, form)


def _unless_too_faint(make: Callable[[], bytes]) -> bytes | None:
    try:
        return make()
    except SoundError:
        return None


def _at_level(voice: _Voice, lufs: float) -> Samples:
    if voice.level is None:
        raise _too_faint()
    wave = at_level(voice.mono, voice.rate, lufs, MOST_TRUE_PEAK_DBFS - _HEADROOM_DB, voice.level)
    assert wave is not None
    return wave


def _coded(wave: Samples, form: Form, lufs: float | None, encode: Callable[[Samples, Form], bytes]) -> _Coded:
    """The wave as a file, its true peak under the most, and its loudness `lufs` where that is given."""
    gain_db, ceiling = 0.0, 0.0
    for _ in range(_MOST_ENCODINGS):
        turned = limited(wave * ratio(gain_db), form.rate, ceiling) if gain_db or ceiling else wave
        copy = _measured(encode(turned, form), len(wave) / form.rate, form)
        over = copy.true_peak_dbfs - MOST_TRUE_PEAK_DBFS
        missing = 0.0 if lufs is None else lufs - copy.lufs
        if over < 0.0 and abs(missing) <= _WITHIN_LU:
            return copy
        ceiling = min(ceiling, decibels(true_peak(turned[np.newaxis]))) - max(0.0, over + 0.2)
        gain_db += missing
    if over >= 0.0 or abs(missing) > _MOST_OFF_LU:
        raise _too_faint()
    return copy


def _measured(data: bytes, seconds: float, form: Form) -> _Coded:
    heard = decode(data, limit_seconds=seconds + 1.0)
    # Where no tone is above a quarter of the rate, every other sample tells the same loudness.
    every = 2 if form.highest is not None and 4 * form.highest <= form.rate else 1
    lufs = integrated_lufs(heard.samples[:, ::every], heard.sample_rate // every)
    if lufs is None:
        raise _too_faint()
    return _Coded(data, lufs, decibels(true_peak(heard.samples)))


def _too_faint() -> SoundError:
    return SoundError(
        SoundProblem.SILENT,
        "The recording holds nothing that anybody could hear, however loud it is made. Record it again.",
    )
