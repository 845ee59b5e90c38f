"""The service's commands as somebody types them, on an embedded database; and words that cannot be used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.service.recordings.sounds import speech

LIMIT = 90


def command(*words: str, data_dir: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "care_console", "service", *words],
        env=os.environ | {"CARE_DATA_DIR": str(data_dir)},
        input=given,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


class Running:
    """A service on an embedded database, as a process."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "care_console", "service", "run", "--port", "0"],
            env=os.environ | {"CARE_DATA_DIR": str(data_dir)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        self.url = line.removeprefix("listening on ").strip()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: making a database takes seconds."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def running(data_dir: Path) -> Iterator[Running]:
    """A running service."""
    service = Running(data_dir)
    yield service
    if service.process.poll() is None:
        service.stop()


def left_over(data_dir: Path) -> list[str]:
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(data_dir) in line]


def test_it_says_where_it_listens_and_leaves_nothing_behind(data_dir: Path, running: Running) -> None:
    ready = httpx.get(f"{running.url}/readyz").json()
    assert ready["status"] == "ready"
    assert httpx.get(ready["twins"]["cards"] + "/journal").status_code == 200
    assert httpx.get(f"{running.url}/healthz").status_code == 200
    assert "care_requests_total" in httpx.get(f"{running.url}/metrics").text
    assert running.stop() == 0
    assert left_over(data_dir) == []


def test_staff_is_added_beside_the_running_service_which_survives_a_kill(
    data_dir: Path, running: Running
) -> None:
    password = "a password of some length"
    done = command("staff", "add", "ana", "--role", "supervisor", data_dir=data_dir, given=password + "\n")
    assert (done.returncode, done.stdout) == (0, "ana is added: supervisor.\n")
    running.stop(signal.SIGKILL)
    again = Running(data_dir)
    answer = httpx.post(f"{again.url}/v1/session", json={"login": "ana", "password": password})
    assert answer.status_code == 201
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert httpx.get(f"{again.url}/v1/session", headers=bearer).status_code == 200
    off = command("staff", "disable", "ana", data_dir=data_dir)
    assert (off.returncode, off.stdout) == (0, "ana is disabled.\n")
    assert httpx.get(f"{again.url}/v1/session", headers=bearer).status_code == 401
    assert "ana  supervisor  since" in (listed := command("staff", "list", data_dir=data_dir).stdout)
    assert "disabled since" in listed
    assert command("staff", "disable", "bob", data_dir=data_dir).stderr.startswith(
        "Nobody has the login 'bob'"
    )
    assert again.stop() == 0
    assert left_over(data_dir) == []


@pytest.mark.parametrize(
    ("words", "given", "told"),
    [
        (("staff", "add", "ana", "--role", "auditor"), "short\n", "at least 12 characters"),
        (("staff", "add", " ana", "--role", "auditor"), "long enough it is\n", "printable characters"),
        (("staff", "add", "ana", "--role", "king"), "", "invalid choice"),
        (("import", "/nowhere"), "", "/nowhere is not a folder"),
        (("nonsense",), "", "invalid choice"),
        (("run", "--port", "high"), "", "invalid int value"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    data_dir: Path, words: tuple[str, ...], given: str, told: str
) -> None:
    done = command(*words, data_dir=data_dir, given=given)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_out_of_reach_and_a_taken_port_are_the_worlds_trouble(
    tmp_path: Path, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = running.url.rsplit(":", 1)[1]
    done = command("run", "--port", port, data_dir=tmp_path)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    monkeypatch.setenv("CARE_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/care")
    done = command("migrate", data_dir=tmp_path)
    assert done.returncode == 1
    assert "The database cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_are_listed_without_the_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_STRIPE_KEY", "sk_live_secret")
    done = command("settings", data_dir=tmp_path)
    assert f"CARE_DATA_DIR={tmp_path}" in done.stdout
    assert "CARE_STRIPE_KEY=**********" in done.stdout
    assert "sk_live_secret" not in done.stdout


def test_a_facility_from_the_command_line_beside_a_running_service(running: Running, data_dir: Path) -> None:
    words = ("facility", "add", "Dallas County Jail", "--state", "TX", "--timezone", "America/Chicago")
    told = dict(line.split(": ", 1) for line in command(*words, data_dir=data_dir).stdout.splitlines())
    facility, key = told["id"], told["key"]
    again = command("facility", "new-key", facility, data_dir=data_dir).stdout
    assert "key: mvf_" in again
    assert key not in again
    assert f"{facility}  Dallas County Jail  TX" in command("facility", "list", data_dir=data_dir).stdout
    prices = command(
        "facility", "price", facility, "60:250", "120:350", "--from", "2026-01-01", data_dir=data_dir
    )
    assert "from 2026-01-01: up to 60 s $2.50 up to 120 s $3.50" in prices.stdout
    assert command("facility", "price", facility, "60:250", data_dir=data_dir).returncode == 2
    assert command("facility", "pause", facility, "--reason", "riot", data_dir=data_dir).returncode == 0
    assert command("facility", "pause", facility, "--reason", "riot", data_dir=data_dir).returncode == 1
    assert "goes on" in command("facility", "resume", facility, data_dir=data_dir).stdout
    revoked = command("facility", "revoke-key", facility, data_dir=data_dir).stdout
    assert revoked.count("Revoked") == 2
    assert command("facility", "new-key", "999", data_dir=data_dir).returncode == 1


def test_a_recording_from_the_command_line_beside_a_running_service(
    running: Running, data_dir: Path, tmp_path: Path
) -> None:
    added = command(
        "facility", "add", "Unit 9", "--state", "TX", "--timezone", "America/Chicago", data_dir=data_dir
    )
    facility = added.stdout.splitlines()[0].removeprefix("id: ")
    (tmp_path / "a.wav").write_bytes(speech(seconds=2))
    (tmp_path / "b.wav").write_bytes(b"no sound")
    whose = ("--sender", "O'Nguyễn <b>", "--booking", "B1", "--phone", "(214) 555-0142")
    done = command("record", str(tmp_path / "a.wav"), "--facility", facility, *whose, data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    assert ", 2 s, $1.99; the text goes at " in done.stdout
    assert json.loads((data_dir / "address.json").read_text())["url"] == running.url
    again = command("record", str(tmp_path / "a.wav"), "--facility", "Unit 9", *whose, data_dir=data_dir)
    assert again.stdout == done.stdout
    bad = command("record", str(tmp_path / "b.wav"), "--facility", facility, *whose, data_dir=data_dir)
    assert (bad.returncode, "Nothing was kept" in bad.stderr) == (1, True)
    for words, told in (
        (("record", "/nowhere.wav", "--facility", facility, *whose), "is not a file"),
        (("record", str(tmp_path / "a.wav"), "--facility", "Nowhere", *whose), "no facility"),
    ):
        done = command(*words, data_dir=data_dir)
        assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (2, True, False)
