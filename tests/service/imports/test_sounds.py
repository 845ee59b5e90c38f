"""The sound files that a data set names: taken in once, measured, or refused without their messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from care_console.service.foundation.locks import IMPORTED_CONSENT
from care_console.service.gateways.storage.files import open_storage
from care_console.service.imports.progress import NoProgress
from care_console.service.recordings.measure import measure
from tests.service.imports.conftest import Ask, Import, content
from tests.service.recordings.sounds import sine, wav
from tests.support.dataset import write_dataset

pytestmark = pytest.mark.asyncio

TONE = wav([sine(-20.0, 2.0, rate=8_000)], 8_000)
QUIET = wav([sine(-50.0, 2.0, rate=8_000)], 8_000)


def with_sounds(folder: Path) -> dict[str, bytes | None]:
    """What each path holds: two sounds, one of them twice, and all that is none."""
    (folder / "audio").mkdir(parents=True)
    outside = folder.parent / "outside.wav"
    outside.write_bytes(TONE)
    (folder / "audio" / "leads-out.wav").symlink_to(outside)
    (folder / "audio" / "a folder.wav").mkdir()
    sounds: dict[str, bytes | None] = {
        "audio/one.wav": TONE,
        "audio/quiet.wav": QUIET,
        "audio/same as one.WAV": TONE,
        "audio/broken.wav": b"RIFF, but nothing of the sort",
    }
    for path, data in sounds.items():
        (folder / path).write_bytes(data or b"")
    sounds["audio/broken.wav"] = None
    return sounds | dict.fromkeys(
        ("../outside.wav", str(outside), "audio/leads-out.wav", "audio/missing.wav", "audio/a folder.wav")
    )


async def test_sound_is_stored_measured_and_made_playable_or_refused(
    run_import: Import, ask: Ask, tmp_path: Path, database_url: str
) -> None:
    sounds = with_sounds(tmp_path / "old")
    paths = list(sounds)
    data = write_dataset(tmp_path / "old", audio=lambda number: paths[number] if number < len(paths) else "")
    report = await run_import(data.folder, rejects=tmp_path / "rejects.csv")
    lines = [number + 2 for number, path in enumerate(paths) if sounds[path] is None]
    expected = "".join(f"messages.csv,{line},bad-sound\n" for line in lines)
    assert (tmp_path / "rejects.csv").read_text() == "file,line,reason\n" + expected
    assert (report.sounds.stored, report.sounds.refused) == (3, len(lines))
    assert ask("SELECT count(*) FROM messages") == [(data.good["messages"],)]

    rows = ask(
        "SELECT source_key, playable_key, loudness_lufs, duration_seconds, peaks FROM recordings "
        "ORDER BY message_id"
    )
    storage = open_storage(tmp_path / "kept")
    for row, data_ in zip(rows, (TONE, QUIET, TONE), strict=True):
        assert await storage.get(row[0]) == data_
        assert measure(await storage.get(row[1])).codec == "aac"
        levels = measure(data_)
        assert (row[2], row[3], row[4]) == (levels.loudness_lufs, levels.duration_seconds, levels.peaks)
    assert rows[0][:2] == rows[2][:2] != rows[1][:2]

    before = content(database_url)
    again = await run_import(data.folder, rejects=tmp_path / "again.csv")
    assert (again.sounds.stored, again.sounds.already, again.sounds.refused) == (0, 3, len(lines))
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "rejects.csv").read_text()
    assert content(database_url) == before


async def test_all_or_nothing_counts_a_bad_sound(run_import: Import, ask: Ask, tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "old", audio=lambda number: "audio/missing.wav" if number == 3 else "")
    report = await run_import(data.folder, all_or_nothing=True)
    assert not report.kept
    assert ask("SELECT count(*) FROM messages") == [(0,)]


_STOPS_TEXTS = f"""
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
        AND ((classid::bigint << 32) | objid::bigint) = hashtextextended('{IMPORTED_CONSENT}', 0)
"""


class _Looking(NoProgress):
    """Looks, at each step of the import, whether it keeps texts from being handed over."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.stopped: list[int] = []

    def file(self, name: str, size: int) -> None:
        self.stopped += self._ask(_STOPS_TEXTS)[0]

    def sounds(self, done: int, total: int) -> None:
        self.stopped += self._ask(_STOPS_TEXTS)[0]


@pytest.mark.parametrize("all_or_nothing", [True, False])
async def test_no_text_waits_for_files_or_sounds(
    run_import: Import, ask: Ask, tmp_path: Path, all_or_nothing: bool
) -> None:
    data = write_dataset(tmp_path / "old", audio=lambda number: "audio/one.wav" if number < 2 else "")
    (tmp_path / "old" / "audio").mkdir()
    (tmp_path / "old" / "audio" / "one.wav").write_bytes(TONE)
    looking = _Looking(ask)
    report = await run_import(data.folder, all_or_nothing=all_or_nothing, progress=looking)
    assert (report.kept, report.sounds.stored) == (True, 2)
    assert len(looking.stopped) > 10
    assert set(looking.stopped) == {0}
    assert ask("SELECT count(*) > 0 FROM consent_states") == [(True,)]
