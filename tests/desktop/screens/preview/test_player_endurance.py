"""The preview player over hundreds of sounds, in a process of its own: its known failure is a deadlock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 300
LIMIT_SECONDS = 240


@pytest.mark.timeout(LIMIT_SECONDS + 30)
def test_three_hundred_sounds_of_six_formats_start_seek_and_stop(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("endurance.py")), str(ROUNDS)],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr[-2000:]
    report = json.loads(finished.stdout)
    assert report["done"] == dict.fromkeys(("wav", "mu-law", "mp3", "aac", "opus", "flac"), ROUNDS // 6)
    assert report["most_held"] <= 2, "sounds pile up in memory"
    assert report["on_disk"] == []
    assert "qt.multimedia" not in finished.stderr
    assert "qrc:" not in finished.stderr, "the log names what was played"
