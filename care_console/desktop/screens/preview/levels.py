"""What can be told of a recording without listening to it, in words. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from care_console.contract.messages import Levels
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.when import length

QUIET_LUFS = -30.0
"""Below this a voice message is hard to hear on a phone; speech is delivered at about -16 to -24."""
SILENT_SHARE = 0.95
CLIPPED_SHARE = 0.01
_CODECS = {
    "pcm_mulaw": "µ-law",
    "pcm_alaw": "A-law",
    "pcm_s16le": "PCM",
    "aac": "AAC",
    "mp3": "MP3",
    "gsm": "GSM",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One fact, and how bad it is."""

    words: str
    tone: Tone


def recording(levels: Levels | None, has_sound: bool) -> Check:
    """Whether the recording itself can be heard."""
    if not has_sound:
        return Check("No recording is stored for this message", Tone.WARN)
    if levels is None:
        return Check("The recording has not been measured yet", Tone.PLAIN)
    if levels.loudness_lufs is None or levels.silence_share >= SILENT_SHARE:
        return Check("Recording silent", Tone.BAD)
    loudness = _lufs(levels.loudness_lufs)
    if levels.loudness_lufs < QUIET_LUFS:
        return Check(f"Recording too quiet, {loudness}", Tone.BAD)
    if levels.clipping_share >= CLIPPED_SHARE:
        return Check(f"Recording distorted, {loudness}", Tone.BAD)
    return Check(f"Recording ok, {loudness}", Tone.GOOD)


def levels_in_words(levels: Levels) -> str:
    """What was measured, on one line: length, speech, level, clipping (with its peak) if any, codec."""
    speech = round((1 - levels.silence_share) * 100)
    parts = [length(round(levels.duration_seconds)), f"speech {speech} %"]
    if levels.loudness_lufs is not None:
        parts.append(_lufs(levels.loudness_lufs))
    if levels.clipping_share > 0:
        peak = "" if levels.true_peak_dbfs is None else f", peak {levels.true_peak_dbfs:.1f} dBFS"
        parts.append(f"clipped {levels.clipping_share * 100:.1f} %{peak}")
    return " · ".join([*parts, _CODECS.get(levels.codec, levels.codec)])


def _lufs(loudness: float) -> str:
    return f"{loudness:.0f} LUFS".replace("-", "−")
