"""The demo with nobody at the keys, as `make run` starts it where there is no display."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import psutil
import pytest

STEPS = [
    "sign-in",
    "find",
    "story",
    "preview",
    "diagnosis",
    "stop-texts",
    "new-link",
    "refund-undo",
    "refund-settle",
    "charged-twice",
    "approved-by-another",
    "stop-offline",
]


TOLD_LAST = "Texts that leave are shown at"


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
    assert TOLD_LAST in done.stdout
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
    assert checked["diagnosis"]["keys"] <= 2
    assert checked["charged-twice"]["keys"] <= 4
    assert checked["approved-by-another"]["at_the_processor"] == 1
    assert checked["stop-offline"]["opt_outs"] == 1
    assert not _running_on(data_dir)


@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    ("how", "begun", "number"),
    [
        pytest.param(["--headless", "demo"], "1 sign-in: done", signal.SIGTERM, id="killed amid its steps"),
        pytest.param([], TOLD_LAST, signal.SIGINT, id="Ctrl+C at the open desk"),
        pytest.param([], "Starting the service", signal.SIGINT, id="Ctrl+C while it starts"),
    ],
)
def test_it_takes_everything_with_it_when_it_is_told_to_end(
    tmp_path: Path, how: list[str], begun: str, number: signal.Signals
) -> None:
    data_dir = tmp_path / "data"
    demo = subprocess.Popen(
        [sys.executable, "-m", "care_console", "demo", *how, "--data-dir", str(data_dir)],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        told = _read_until(demo, begun)
        _service_is_there(data_dir)
        if begun == TOLD_LAST:
            _the_pages_open(told)
        demo.send_signal(number)
        assert demo.wait(60) == 130, told
    finally:
        demo.kill()
        demo.wait()
    assert not _running_on(data_dir)


def _the_pages_open(told: list[str]) -> None:
    """What the demo says to try is there: a message that can be paid, the test card, the page of texts."""
    page, card, texts = told[-3:]
    assert "4242 4242 4242 4242" in card
    found = [re.search(r"http://[^\s,]+", line) for line in (page, texts)]
    message, shown = (httpx.get(one[0], trust_env=False) for one in found if one)
    assert (message.status_code, shown.status_code) == (200, 200)
    assert re.search(r"Pay \$\d\.\d\d by card", message.text), message.text
    assert "left you a voice message" in shown.text or "33297" in shown.text


def _read_until(demo: subprocess.Popen[str], begun: str, seconds: float = 120) -> list[str]:
    """What the demo says, until a line begins so; the rest is read and dropped, so that it never blocks."""
    assert demo.stdout is not None
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    output = demo.stdout
    threading.Thread(target=lambda: [lines.put(line) for line in output], daemon=True).start()
    told: list[str] = []
    deadline = time.monotonic() + seconds
    while not told or not told[-1].startswith(begun):
        told.append(lines.get(timeout=max(0.1, deadline - time.monotonic())))
    return told


def _service_is_there(data_dir: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    found = threading.Event()
    while not _running_on(data_dir):
        assert time.monotonic() < deadline, "the service of the demo was never seen"
        found.wait(0.1)


def _running_on(data_dir: Path) -> list[str]:
    """Processes other than the demo that name its data folder: the service, its database, its twin."""
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(data_dir) in line and "care_console demo" not in line]
