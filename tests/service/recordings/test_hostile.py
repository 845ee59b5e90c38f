"""Damaged and hostile files: each is taken or refused with a sentence, soon, and nothing crashes."""

import contextlib
import io
import json
import struct
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest
from av.audio.stream import AudioStream

from care_console.service.recordings.formats import SoundError, SoundProblem
from care_console.service.recordings.measure import measure
from care_console.service.recordings.transcode import to_aac
from tests.service.recordings.sounds import in_form, speech

FILES = 200
LONGEST_SECONDS = 10.0
ROOT = Path(__file__).parents[3]


def test_two_hundred_damaged_files() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.service.recordings.mutate", "0", str(FILES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, f"after {told[-1:]}: {ran.stderr[-2000:]}"
    outcomes = [line for line in told if "outcome" in line]
    assert len(outcomes) == FILES
    assert max(line["seconds"] for line in outcomes) < LONGEST_SECONDS
    # A mutation that spoils everything, or nothing, would try only one half of the reader.
    taken = sum(line["outcome"].startswith("taken") for line in outcomes)
    assert FILES * 0.15 < taken < FILES * 0.85


def wav_said_to_be_plain(codec: str, form: str) -> bytes:
    """Coded sound in a WAV whose head says that it is 16-bit PCM."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as target, av.open(io.BytesIO(speech(seconds=9)), "r") as source:
        stream = target.add_stream(codec, rate=24_000 if codec == "libmp3lame" else 48_000, layout="mono")
        assert isinstance(stream, AudioStream)
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=stream.rate)
        for frame in [*source.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    body = file.getvalue()
    head = struct.pack("<HHIIHH", 1, 1, 8_000, 16_000, 2, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def test_another_codec_in_a_wav_that_says_it_is_plain() -> None:
    """FFmpeg finds it, and would decode it past the list of codecs that are taken."""
    assert measure(wav_said_to_be_plain("libmp3lame", "mp3")).codec == "mp3"
    with pytest.raises(SoundError) as caught:
        measure(wav_said_to_be_plain("ac3", "ac3"))
    assert caught.value.problem is SoundProblem.NOT_SOUND


def sample_table(copy: bytes, name: bytes, body: bytes) -> bytes:
    """An MP4 with the first bytes of one of its tables replaced."""
    at = copy.index(name) + 4
    return copy[:at] + body + copy[at + len(body) :]


@pytest.mark.parametrize(
    ("table", "body"),
    [
        pytest.param(b"stsz", struct.pack(">III", 0, 0, 0x0FFFFFFF), id="a quarter of a billion packets"),
        pytest.param(b"stsz", struct.pack(">III", 0, 1, 0x0FFFFFFF), id="endless packets of a byte"),
        pytest.param(b"stts", struct.pack(">IIII", 0, 1, 0x7FFFFFFF, 1), id="times without end"),
        pytest.param(b"stsc", struct.pack(">IIIII", 0, 1, 1, 0x7FFFFFFF, 1), id="chunks without end"),
    ],
)
def test_an_mp4_that_announces_more_than_a_file_can_hold(table: bytes, body: bytes) -> None:
    begun = time.monotonic()
    with contextlib.suppress(SoundError):
        assert measure(sample_table(to_aac(speech(seconds=4)), table, body)).duration_seconds < 121
    assert time.monotonic() - begun < LONGEST_SECONDS


def test_sound_inside_a_file_that_names_other_files_stays_unread(tmp_path: Path) -> None:
    (tmp_path / "inside.wav").write_bytes(speech())
    for text in (f"ffconcat version 1.0\nfile {tmp_path}/inside.wav\n", f"#EXTM3U\n{tmp_path}/inside.wav\n"):
        place = tmp_path / "list.wav"
        place.write_text(text)
        with pytest.raises(SoundError) as caught:
            measure(place)
        assert caught.value.problem is SoundProblem.NOT_SOUND


def test_a_stream_whose_rate_changes_half_way_keeps_the_first() -> None:
    """Two ADTS files one after the other: the second's rate must not mix into the first's."""
    second = bytearray(in_form(speech(seconds=3, seed=9), "adts"))
    at = 0
    while at < len(second):
        length = (second[at + 3] & 3) << 11 | second[at + 4] << 3 | second[at + 5] >> 5
        second[at + 2] = second[at + 2] & 0xC3 | 11 << 2  # index 11: 8 kHz
        at += length
    assert measure(in_form(speech(seconds=4), "adts") + second).duration_seconds == pytest.approx(4, abs=0.2)
