"""The sample recordings: their length and flaws, the same each time, and the sentence without the speech."""

import time
from pathlib import Path

import numpy as np
import pytest

from care_console.demo.recordings import Flaw, WantedRecording, make_recordings, recording
from care_console.demo.speech import Language, SpeechMissing, prompts, wav_of
from care_console.service.recordings.decode import decode
from care_console.service.recordings.measure import measure


def test_forty_recordings_are_what_was_wanted(tmp_path: Path) -> None:
    flaws: tuple[Flaw, ...] = ("none", "silent", "quiet", "clipped")
    languages: tuple[Language, Language] = ("en", "es")
    wanted = [
        WantedRecording(
            f"{seed % 3}/{seed}.wav", languages[seed % 2], 5 + seed % 9 * 3, flaws[seed // 2 % 4], seed
        )
        for seed in range(40)
    ]
    make_recordings(tmp_path, wanted)
    assert len(list(tmp_path.rglob("*.wav"))) == len(wanted)
    codecs = set()
    for each in wanted:
        levels = measure(tmp_path / each.name)
        codecs.add(levels.codec)
        assert levels.duration_seconds == each.seconds
        assert (levels.loudness_lufs is None) == (each.flaw == "silent")
        assert (levels.silence_share > 0.98) == (each.flaw == "silent")
        assert (levels.clipping_share > 0.05) == (each.flaw == "clipped")
        if levels.loudness_lufs is not None:
            assert (-47 < levels.loudness_lufs < -43) == (each.flaw == "quiet")
    assert codecs == {"pcm_s16le", "pcm_mulaw"}


def test_the_same_wish_makes_the_same_bytes_and_another_seed_others() -> None:
    wish = WantedRecording("a.wav", "es", 12, "none", 77)
    assert recording(wish) == recording(wish)
    assert recording(wish) != recording(WantedRecording("a.wav", "es", 12, "none", 78))


def test_mu_law_is_read_back_within_its_steps() -> None:
    every = np.arange(-32_768, 32_768, dtype=np.int32).astype(np.int16)
    read = decode(wav_of(every, mu_law=True)).samples[0].astype(np.float64) * 32_768
    error = np.abs(read - np.clip(every, -32_124, 32_124))
    # A segment of mu-law begins at 2^n - 132 and has sixteen equal steps; half a step is the greatest error.
    assert (error <= (np.abs(every.astype(np.float64)) + 132) / 32).all()
    # The reader knows only 256 values; all of them must occur but the one that mu-law has twice, zero.
    assert len(np.unique(read)) == 255


def test_pcm_is_read_back_exactly() -> None:
    every = np.arange(-32_768, 32_768, dtype=np.int32).astype(np.int16)
    assert (decode(wav_of(every, mu_law=False)).samples[0] * 32_768 == every).all()


def test_missing_speech_is_told_with_both_packages(tmp_path: Path) -> None:
    with pytest.raises(SpeechMissing) as caught:
        make_recordings(tmp_path, [WantedRecording("a.wav", "en", 5, "none", 1)], sounds=tmp_path / "none")
    assert "asterisk-core-sounds-en-wav and asterisk-core-sounds-es-wav" in str(caught.value)


@pytest.mark.parametrize("seconds", [0, 121])
def test_a_length_that_no_message_has(seconds: int) -> None:
    with pytest.raises(ValueError, match="1 to 120"):
        recording(WantedRecording("a.wav", "en", seconds, "none", 1))


def test_a_minute_is_made_quickly() -> None:
    prompts("en")
    begun = time.process_time()
    recording(WantedRecording("a.wav", "en", 60, "none", 1))
    assert time.process_time() - begun < 0.2
