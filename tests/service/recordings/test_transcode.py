"""The copy that people hear: its form, and that it is the same sound."""

import io

import av
import numpy as np
import pytest

from care_console.demo.recordings import Flaw
from care_console.service.recordings.formats import SoundError
from care_console.service.recordings.measure import Levels, measure
from care_console.service.recordings.transcode import to_aac
from tests.service.recordings.sounds import FORMS, in_form, sine, speech, wav


def loudness(levels: Levels) -> float:
    assert levels.loudness_lufs is not None
    return levels.loudness_lufs


@pytest.mark.parametrize("form", FORMS)
def test_every_form_becomes_mono_aac_of_the_same_length_and_level(form: str) -> None:
    data = in_form(speech("es", 8, seed=4), form)
    original, copy = measure(data), measure(to_aac(data))
    rate = 8_000 if original.sample_rate == 8_000 else 24_000
    assert (copy.codec, copy.container, copy.channels, copy.sample_rate) == ("aac", "mov", 1, rate)
    assert 0.0 <= copy.duration_seconds - original.duration_seconds < 1_024 / rate
    assert loudness(copy) == pytest.approx(loudness(original), abs=0.2)
    assert copy.silence_share == pytest.approx(original.silence_share, abs=0.03)


@pytest.mark.parametrize("flaw", ["silent", "quiet", "clipped"])
def test_a_flaw_is_kept(flaw: Flaw) -> None:
    """A clipped one comes out a little softer: the coder keeps the decoder's output under full scale."""
    data = speech("en", 8, flaw, seed=5)
    original, copy = measure(data), measure(to_aac(data))
    if flaw == "silent":
        assert copy.loudness_lufs is None
    else:
        assert loudness(copy) == pytest.approx(loudness(original), abs=1.0 if flaw == "clipped" else 0.3)
    assert copy.silence_share == pytest.approx(original.silence_share, abs=0.03)


def test_the_index_comes_first_and_states_the_length() -> None:
    data = to_aac(speech(seconds=20))
    assert data[4:8] == b"ftyp"
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data), "r") as container:
        assert container.duration is not None
        assert container.duration / 1_000_000 == pytest.approx(20, abs=0.06)


def test_what_plays_is_the_same_sound() -> None:
    """Sample by sample, not by figures alone: a swapped, shifted or torn copy could measure alike."""
    tone = np.concatenate([sine(-12, 1, hertz=hertz, rate=24_000) for hertz in (400, 900, 1_500)])
    with av.open(io.BytesIO(to_aac(wav([tone], 24_000))), "r") as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])[: len(tone)]
    assert np.corrcoef(heard, tone)[0, 1] > 0.99


def test_two_channels_that_are_alike_keep_their_level() -> None:
    tone = sine(-20, 3)
    assert measure(to_aac(wav([tone, tone], 48_000))).true_peak_dbfs == pytest.approx(-20, abs=0.3)


def test_the_shortest_sound_has_a_copy() -> None:
    copy = measure(to_aac(wav([np.full(1, 0.1)], 8_000)))
    assert copy.duration_seconds == pytest.approx(0.1, abs=0.05)


def test_what_is_not_sound_is_refused_alike() -> None:
    with pytest.raises(SoundError):
        to_aac(b"no sound")
