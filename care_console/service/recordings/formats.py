"""Which sound the service takes from a facility's recorder, and the sentences for what it does not take."""

from __future__ import annotations

import struct
from enum import StrEnum

LONGEST_SECONDS = 120.0
"""A message is of at most two minutes (the service's public FAQ)."""

SHORTEST_SECONDS = 0.5
"""Shorter than a word. Loudness is measured over 0.4 s at least (BS.1770-4)."""

LENGTH_SLACK_SECONDS = 0.5
"""A coder pads its last frame and a recorder stops late: two minutes may decode to a little more."""

MISSING_SHARE = 0.02
"""A file may lack this share of what it announces; more is taken as broken off."""

LARGEST_BYTES = 64 * 1024 * 1024
"""Two minutes of 96 kHz stereo in 16 bits are 46 MB; what is larger holds something else."""

SAMPLE_RATES = range(4_000, 96_001)
MOST_CHANNELS = 2

# Containers and codecs are named one by one. FFmpeg would else try some three hundred readers on a stranger's
# bytes, among them play lists (hls, concat, dash), which open other files and addresses by themselves.
CONTAINERS = "wav,w64,au,aiff,caf,mp3,aac,ogg,flac,mov,matroska,webm,amr,gsm"
CODECS = (
    "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f64le,pcm_mulaw,pcm_alaw,"
    "gsm,gsm_ms,adpcm_ms,adpcm_ima_wav,adpcm_g722,adpcm_g726,mp3float,mp3,opus,vorbis,aac,flac,alac,amrnb,amrwb"
)

GSM_FRAME_BYTES = 33
_GSM_MARK = 0xD0
_OGG_HEAD_BYTES = 27
# Of a WAV's `fmt ` chunk (RFC 2361): PCM, IEEE float, A-law, mu-law.
_PLAIN_WAV_TAGS = (1, 3, 6, 7)


class SoundProblem(StrEnum):
    """Why a sound was not taken."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_SOUND = "not_sound"
    UNFIT = "unfit"
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    SILENT = "silent"


class SoundError(ValueError):
    """A sound that cannot be taken; `str()` is one sentence or two for a person, without a file's name."""

    def __init__(self, problem: SoundProblem, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = problem


def is_bare_gsm(data: bytes) -> bool:
    """Whether these are GSM 06.10 frames with no container (Asterisk's `.gsm`), which only their marks tell.

    Each frame of 33 bytes begins with the four bits 1101 (ETSI EN 300 961 as framed by RFC 3551, 4.5.8).
    """
    if len(data) < 2 * GSM_FRAME_BYTES or len(data) % GSM_FRAME_BYTES:
        return False
    return all(byte & 0xF0 == _GSM_MARK for byte in data[::GSM_FRAME_BYTES])


def ogg_is_cut_off(data: bytes) -> bool:
    """Whether an Ogg file ends within a page, whose head says how long it is (RFC 3533, 6)."""
    if data[:4] != b"OggS":
        return False
    at = data.rfind(b"OggS")
    head = data[at : at + _OGG_HEAD_BYTES]
    if len(head) < _OGG_HEAD_BYTES:
        return True
    pieces = data[at + _OGG_HEAD_BYTES : at + _OGG_HEAD_BYTES + head[-1]]
    return len(pieces) < head[-1] or at + _OGG_HEAD_BYTES + head[-1] + sum(pieces) > len(data)


def is_plain_wav(data: bytes) -> bool:
    """Whether this is a WAV file of samples one by one (PCM, float, A-law, mu-law), which nothing spoils.

    Of a codec whose packet breaks off at the first damage, long packets would lose much.
    """
    if data[:4] != b"RIFF" or data[8:16] != b"WAVEfmt ":
        return False
    return int.from_bytes(data[20:22], "little") in _PLAIN_WAV_TAGS


def wav_is_cut_off(data: bytes) -> bool:
    """Whether a WAV file announces more sound than it holds, as one does whose copy was broken off.

    FFmpeg takes such a file for a shorter one without a word. Recorders that stream write 0 or 0xFFFFFFFF as
    the length, which announces nothing.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return False
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            missing = size - (len(data) - at - 8)
            return size not in (0, 0xFFFFFFFF) and missing > size * MISSING_SHARE
        at += 8 + size + size % 2
    return True
