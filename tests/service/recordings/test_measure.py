"""What is measured of recordings in every form and with every flaw, and how others are refused."""

import io
import time
from pathlib import Path

import av
import numpy as np
import pytest

from care_console.demo.recordings import Flaw
from care_console.demo.speech import Language
from care_console.service.recordings.decode import decode
from care_console.service.recordings.formats import LARGEST_BYTES
from care_console.service.recordings.measure import SoundError, SoundProblem, measure
from tests.service.recordings.sounds import FORMS, float_wav, in_form, reference_lufs, sine, speech, wav

CODECS = {
    "wav": ("pcm_s16le", "wav"),
    "mu-law": ("pcm_mulaw", "wav"),
    "a-law": ("pcm_alaw", "wav"),
    "mp3": ("mp3", "mp3"),
    "opus": ("opus", "ogg"),
    "aac": ("aac", "mov"),
    "adts": ("aac", "aac"),
    "flac": ("flac", "flac"),
}
LOSSLESS = {"wav", "mu-law", "a-law", "flac"}


@pytest.mark.parametrize("flaw", ["none", "silent", "quiet", "clipped"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_and_flaw(form: str, flaw: Flaw) -> None:
    seconds, seed = 6, len(form) * 7 + len(flaw)
    language: Language = "es" if seed % 2 else "en"
    data = in_form(speech(language, seconds, flaw, seed), form)
    levels = measure(data)

    assert (levels.codec, levels.container) == CODECS[form]
    assert (levels.sample_rate, levels.channels) == (FORMS[form][2], 1)
    assert levels.duration_seconds == pytest.approx(seconds, abs=0.001 if form in LOSSLESS else 0.15)
    assert len(levels.peaks) == 400
    match flaw:
        case "silent":
            assert levels.loudness_lufs is None
            assert levels.silence_share > 0.98
            assert max(levels.peaks) < 5
        case "quiet":
            assert levels.loudness_lufs == pytest.approx(-45, abs=1.5)
            assert levels.silence_share < 0.7
        case "none":
            assert levels.loudness_lufs is not None
            assert -28 < levels.loudness_lufs < -16
            assert levels.silence_share < 0.5
        case "clipped":
            assert levels.true_peak_dbfs > 0.0
            assert levels.clipping_share > (0.05 if form in LOSSLESS else 0.002)
    if flaw != "clipped":
        assert levels.clipping_share == 0.0
    if levels.loudness_lufs is not None:
        assert levels.loudness_lufs == pytest.approx(reference_lufs(data), abs=0.2)


def test_digital_silence() -> None:
    levels = measure(wav([np.zeros(8_000)], 8_000))
    assert levels.loudness_lufs is None
    assert (levels.true_peak_dbfs, levels.silence_share, levels.clipping_share) == (-120.0, 1.0, 0.0)
    assert levels.peaks == bytes(400)


def test_silence_is_counted_by_frames() -> None:
    half = np.concatenate([sine(-20, 3, rate=8_000), np.zeros(9 * 8_000)])
    assert measure(wav([half], 8_000)).silence_share == pytest.approx(0.75)


def test_a_channel_with_sound_is_no_silence() -> None:
    levels = measure(wav([np.zeros(16_000), sine(-20, 2, rate=8_000)], 8_000))
    assert (levels.silence_share, levels.channels) == (0.0, 2)


def test_a_loud_tone_is_not_clipped_and_one_driven_over_is() -> None:
    assert measure(wav([sine(-0.05, 2)], 48_000)).clipping_share == 0.0
    # Over full scale by 6 dB a sine is cut for two thirds of the time.
    assert measure(wav([sine(6.02, 2)], 48_000)).clipping_share == pytest.approx(2 / 3, abs=0.02)


def test_the_waveform_rises_where_the_sound_does() -> None:
    parts = [sine(level, 1, rate=8_000) for level in (-40, -6, 0)]
    peaks = measure(wav([np.concatenate(parts)], 8_000)).peaks
    assert [max(peaks[:133]), max(peaks[135:266]), max(peaks[268:])] == [3, 128, 255]


def test_a_sound_of_few_samples_has_as_many_buckets() -> None:
    assert len(measure(wav([np.full(7, 0.5)], 8_000)).peaks) == 7


def test_float_samples_that_are_no_numbers_count_as_nothing() -> None:
    samples = sine(-20, 2, rate=8_000).astype(np.float32)
    samples[100:104] = [np.nan, np.inf, -np.inf, 0.0]
    levels = measure(float_wav(samples, 8_000))
    assert -20.1 < levels.true_peak_dbfs < -19.0


@pytest.mark.parametrize("frames", [2, 250])
def test_bare_gsm_frames(frames: int) -> None:
    chance = np.random.RandomState(5)
    marked = b"".join(bytes([0xD0 | chance.randint(16)]) + chance.bytes(32) for _ in range(frames))
    levels = measure(marked)
    assert (levels.codec, levels.container, levels.sample_rate) == ("gsm", "gsm", 8_000)
    assert levels.duration_seconds == pytest.approx(frames * 0.02)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_mulaw", "adpcm_ms"])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_wav_decodes_to_the_samples_that_ffmpeg_finds(codec: str, channels: int) -> None:
    """Plain ones are asked for in packets of our own length, which end within a sample of so many bytes."""
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as target, av.open(io.BytesIO(speech(seconds=20)), "r") as source:
        stream = target.add_stream(codec, rate=8_000, layout="mono" if channels == 1 else "stereo")
        for frame in [*source.decode(audio=0), None]:
            target.mux(stream.encode(frame))  # type: ignore[attr-defined]
    with av.open(io.BytesIO(file.getvalue()), "r") as whole:
        frames = [frame.to_ndarray() for frame in whole.decode(audio=0)]
        is_planar = whole.streams.audio[0].format.is_planar
    wanted = np.concatenate(frames, axis=1)
    wanted = wanted if is_planar else wanted.reshape(-1, channels).T
    scale = {"u": 2.0**7, "i": 2.0 ** (8 * wanted.itemsize - 1), "f": 1.0}[wanted.dtype.kind]
    middle = scale if wanted.dtype.kind == "u" else 0.0
    assert np.array_equal(decode(file.getvalue()).samples, ((wanted - middle) / scale).astype(np.float32))


def test_from_a_file_as_from_bytes(tmp_path: Path) -> None:
    data = speech(seconds=5)
    place = tmp_path / "concat:a.wav"
    place.write_bytes(data)
    assert measure(place) == measure(data)


def problem_of(source: Path | bytes, limit_seconds: float = 120.0) -> tuple[SoundProblem, str]:
    with pytest.raises(SoundError) as caught:
        measure(source, limit_seconds=limit_seconds)
    return caught.value.problem, str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x00" * 5000, id="zeros"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 20, id="a document"),
        pytest.param(b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", id="a play list"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/passwd\n", id="a list of files"),
        pytest.param(b"caller_id,name\n" * 50, id="a table"),
        pytest.param(b"RIFF", id="four bytes"),
    ],
)
def test_what_is_not_sound(data: bytes) -> None:
    problem, sentence = problem_of(data)
    assert problem is SoundProblem.NOT_SOUND
    assert "WAV" in sentence


def test_nothing_at_all() -> None:
    assert problem_of(b"")[0] is SoundProblem.EMPTY
    assert problem_of(wav([np.zeros(0)], 8_000))[0] is SoundProblem.EMPTY


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    problem, sentence = problem_of(tmp_path / "gone.wav")
    assert problem is SoundProblem.UNREADABLE
    assert "no such file" in sentence
    assert str(tmp_path) not in sentence


def test_a_file_too_large_to_be_a_message(tmp_path: Path) -> None:
    place = tmp_path / "large.wav"
    with place.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    assert problem_of(place)[0] is SoundProblem.TOO_LARGE


@pytest.mark.parametrize("form", ["wav", "mu-law", "aac", "mp3", "flac"])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_file_that_is_cut_off(form: str, share: float) -> None:
    data = in_form(speech(seconds=20), form)
    problem, sentence = problem_of(data[: int(len(data) * share)])
    # An MP4 whose index came last has lost it, so nothing tells that there was sound.
    expected = {SoundProblem.TRUNCATED} | ({SoundProblem.NOT_SOUND} if form == "aac" else set())
    assert problem in expected, sentence


def test_a_wav_header_alone_is_cut_off() -> None:
    assert problem_of(speech()[:44])[0] is SoundProblem.TRUNCATED


def test_a_recorder_that_streams_announces_no_length() -> None:
    data = bytearray(wav([sine(-20, 2, rate=8_000)], 8_000))
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    assert measure(bytes(data)).duration_seconds == pytest.approx(2.0)


def test_two_minutes_are_taken_and_more_is_not() -> None:
    assert measure(speech(seconds=120)).duration_seconds == 120.0
    problem, sentence = problem_of(wav([sine(-20, 121, rate=8_000)], 8_000))
    assert problem is SoundProblem.TOO_LONG
    assert "120 seconds" in sentence
    assert problem_of(speech(seconds=12), limit_seconds=10)[0] is SoundProblem.TOO_LONG


def test_length_is_by_decoding_whatever_the_header_says() -> None:
    # Minutes of nothing are a small file: it is the decoded samples that are bounded.
    long = in_form(wav([np.zeros(8_000 * 150)], 8_000), "opus")
    assert len(long) < 100_000
    assert problem_of(long)[0] is SoundProblem.TOO_LONG


def test_channels_and_rates_that_no_recorder_has() -> None:
    assert problem_of(wav([np.zeros(800)] * 6, 8_000))[0] is SoundProblem.UNFIT
    assert problem_of(wav([np.zeros(800)], 1_000))[0] is SoundProblem.UNFIT


def test_a_minute_is_measured_in_well_under_half_a_second() -> None:
    data = speech(seconds=60)
    measure(data)
    begun = time.process_time()
    measure(data)
    assert time.process_time() - begun < 0.4
