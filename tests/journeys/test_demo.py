"""The demo with nobody at the keys, as `make run` starts it where there is no display."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

STEPS = ["sign-in", "find", "story", "preview", "stop-texts", "new-link", "refund-undo", "refund-settle"]


@pytest.mark.timeout(300)
def test_every_step_is_done_and_nothing_is_left_running(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "-m", "care_console", "demo", "--headless", "demo", "--data-dir", str(data_dir)],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "demo" / "report.json").read_text())
    assert report["ok"] is True
    assert [step["name"] for step in report["steps"]] == STEPS
    checked = {step["name"]: step["checked"] for step in report["steps"] if step["ok"]}
    for step in report["steps"]:
        picture = tmp_path / "demo" / step["screenshot"]
        assert picture.stat().st_size > 10_000
    assert checked["stop-texts"]["keys"] <= 3
    assert checked["new-link"]["keys"] <= 3
    assert checked["refund-settle"]["keys"] <= 4
    assert checked["refund-settle"]["at_the_processor"] == 1
    assert checked["refund-undo"]["at_the_processor"] == 0
    left = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert not [line for line in left if str(data_dir) in line]
