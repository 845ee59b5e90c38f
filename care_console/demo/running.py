"""The service as a process of its own on a folder, with the sample data set in it and people to sign in."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from care_console.demo.dataset import write_dataset
from care_console.demo.speech import SpeechMissing

PASSWORD = "a demo on this machine only"  # noqa: S105 - of a service that ends with the demo
SPECIALIST, SUPERVISOR = "ana.specialist", "sam.supervisor"
_FILL_SECONDS = 600.0
_STOP_SECONDS = 30.0


class DemoTrouble(Exception):
    """The demo cannot go on; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running service: its address, and the folder of its embedded database."""

    url: str
    data_dir: Path


@contextlib.contextmanager
def running_service(data_dir: Path) -> Iterator[Running]:
    """Start the service, fill it where it is new, and stop it in the end, however the demo ends."""
    is_new = not (data_dir / "postgres").exists()
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "service.log").open("a") as log:
        process = subprocess.Popen(
            [*_command("run", data_dir), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # Ctrl+C at the terminal is for the demo: with the service gone first, the desk ends badly.
            start_new_session=True,
        )
        try:
            running = Running(_address(process, data_dir), data_dir)
            if is_new:
                _fill(data_dir)
            yield running
        finally:
            _stop(process)


def _command(name: str, data_dir: Path) -> list[str]:
    return [sys.executable, "-m", "care_console", "service", name, "--data-dir", str(data_dir)]


def _address(process: subprocess.Popen[str], data_dir: Path) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("listening on "):
        raise DemoTrouble(f"The service did not start; what it said is in {data_dir / 'service.log'}.")
    return line.removeprefix("listening on ").strip()


def _fill(data_dir: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="care-demo-") as folder:
        try:
            write_dataset(Path(folder))
        except SpeechMissing as error:
            raise DemoTrouble(str(error)) from error
        _run([*_command("import", data_dir), folder])
    for login, role in ((SPECIALIST, "specialist"), (SUPERVISOR, "supervisor")):
        _run([*_command("staff", data_dir)[:-2], "add", login, "--role", role, "--data-dir", str(data_dir)])


def _run(command: list[str]) -> None:
    name = " ".join(command[3:6])
    try:
        done = subprocess.run(
            command, input=f"{PASSWORD}\n", capture_output=True, text=True, timeout=_FILL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as slow:
        raise DemoTrouble(
            f"{name} was not done after {_FILL_SECONDS:g} s: the machine is too busy. Try again later."
        ) from slow
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()
        raise DemoTrouble(f"{name} failed: {told[-1] if told else done.returncode}")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)
