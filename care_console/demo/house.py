"""The service of the demo: a process of its own on a data folder, and the commands that fill it."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_READY_SECONDS = 90.0
_COMMAND_SECONDS = 180.0
_STOP_SECONDS = 30.0


class DemoTrouble(RuntimeError):
    """The demo cannot go on; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who can sign in."""

    login: str
    role: str
    password: str


SPECIALIST = Staff("sam", "specialist", "green harbor lamp")
SUPERVISOR = Staff("robin", "supervisor", "quiet copper bridge")


@contextlib.contextmanager
def running_service(data_dir: Path) -> Iterator[str]:
    """Start the service and give its address; stopped when the block ends, however it ends.

    What it logs goes to `service.log` in the data folder. Raises DemoTrouble where it does not come up.
    """
    log = data_dir / "service.log"
    with log.open("ab") as told:
        process = subprocess.Popen(
            [*_care_console(), "service", "run", "--data-dir", str(data_dir), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            # An interrupt at the terminal is for the demo, which then ends the service in order.
            start_new_session=True,
        )
        try:
            yield _address(process, log)
        finally:
            _stop(process)


def fill(data_dir: Path, dataset: Path) -> None:
    """Load the data set and add the staff, by the same commands that an operator has."""
    _run("import", str(dataset), "--data-dir", str(data_dir))
    for staff in (SPECIALIST, SUPERVISOR):
        _run(
            "staff",
            "add",
            staff.login,
            "--role",
            staff.role,
            "--data-dir",
            str(data_dir),
            says=staff.password,
        )


def _care_console() -> list[str]:
    """This program, as a command: in a frozen build the executable is the program itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "care_console"]


def _run(*words: str, says: str = "") -> None:
    command = [*_care_console(), "service", *words]
    try:
        done = subprocess.run(
            command, input=f"{says}\n", capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise DemoTrouble(
            f"`service {words[0]}` was not done after {_COMMAND_SECONDS:.0f} s. Try again."
        ) from late
    if done.returncode != 0:
        raise DemoTrouble(
            f"`service {words[0]}` did not work: {(done.stderr or done.stdout).strip()[-2000:]}"
        )


def _address(process: subprocess.Popen[str], log: Path) -> str:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
    line = ""
    with contextlib.suppress(queue.Empty):
        line = lines.get(timeout=_READY_SECONDS)
    if not line.startswith("listening on "):
        end = log.read_text(errors="replace").strip()[-2000:]
        raise DemoTrouble(f"The service did not start. The end of its log, {log}:\n{end}")
    return line.removeprefix("listening on ").strip()


def _read_lines(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    """Until the process closes its output: then one empty line, so that nobody waits for a dead one."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
