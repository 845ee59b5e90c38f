"""`care-console demo`: the service with a sample data set, and the desk on it, on this machine only."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import TypeVar

from care_console.demo.running import PASSWORD, SPECIALIST, SUPERVISOR, DemoTrouble, Running, running_service

T = TypeVar("T")
HEADLESS_FOLDER = Path("build") / "demo"


def main(argv: list[str]) -> int:
    """Run the demo; headless, 0 only if every step did what it should."""
    told = _arguments(argv)
    folder: Path | None = told.headless
    if folder is None and not _has_display():
        folder = HEADLESS_FOLDER
        _say(f"There is no display, so the desk drives itself; its pictures and report go to {folder}.")
    try:
        with _data_dir(told.data_dir) as data_dir:
            _say("Starting the service on an embedded database and loading the sample data set ...")
            with running_service(data_dir) as running:
                return _headless(running, folder) if folder is not None else _at_the_desk(running)
    except DemoTrouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("The demo was ended; nothing of it runs any more.\n")
        return 130


def _headless(running: Running, folder: Path) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _keep_out_of_the_keychain()
    from care_console.demo.headless import drive

    folder.mkdir(parents=True, exist_ok=True)
    ok = _on_qt(drive(running, folder))
    _say(f"{'Every step did what it should' if ok else 'Not every step did what it should'}: {folder}")
    return 0 if ok else 1


def _at_the_desk(running: Running) -> int:
    _keep_out_of_the_keychain()
    _say(f"The service is at {running.url}. The desk opens signed in as {SPECIALIST}.")
    _say(f"To sign in as {SUPERVISOR} or again: the password is {PASSWORD!r}. Try (214) 555-0142 in Find.")
    _on_qt(_open(running))
    return 0


async def _open(running: Running) -> None:
    from care_console.desktop import app as desk

    handle = await desk.open_desk(running.url, SPECIALIST, PASSWORD, data_dir=running.data_dir / "desk")
    try:
        await handle.closed.wait()
    finally:
        await handle.close()


def _on_qt(work: Coroutine[None, None, T]) -> T:
    from qasync import QEventLoop  # type: ignore[import-untyped]

    from care_console.desktop.app import make_application

    application = make_application()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        return runner.run(work)


def _has_display() -> bool:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _keep_out_of_the_keychain() -> None:
    # A demo's tokens and keys are nothing to keep: the desk then holds them in memory only.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


@contextlib.contextmanager
def _data_dir(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="care-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "service"


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="care-console demo", description=__doc__)
    parser.add_argument(
        "--headless", type=Path, metavar="DIR", help="drive the desk and leave pictures and a report here"
    )
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="keep the demo's data here (default: nowhere)"
    )
    return parser.parse_args(argv)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
