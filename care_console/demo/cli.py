"""`care-console demo`: the service with a sample data set, and the desk on it, on this machine only."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TypeVar

from care_console.demo.running import PASSWORD, SPECIALIST, SUPERVISOR, DemoTrouble, Running, running_service

T = TypeVar("T")
_LOOK_SECONDS = 0.25
HEADLESS_FOLDER = Path("build") / "demo"


def main(argv: list[str]) -> int:
    """Run the demo; headless, 0 only if every step did what it should."""
    told = _arguments(argv)
    folder: Path | None = told.headless
    if folder is None and not _has_display():
        folder = HEADLESS_FOLDER
        _say(f"There is no display, so the desk drives itself; its pictures and report go to {folder}.")
    _end_in_order_when_told()
    try:
        with _data_dir(told.data_dir, told.keep) as data_dir:
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
    folder.mkdir(parents=True, exist_ok=True)
    _tell_pages(running)
    ok = _on_qt(lambda: _drive(running, folder))
    _say(f"{'Every step did what it should' if ok else 'Not every step did what it should'}: {folder}")
    return 0 if ok else 1


def _at_the_desk(running: Running) -> int:
    _keep_out_of_the_keychain()
    _say(f"The service is at {running.url}. The desk opens signed in as {SPECIALIST}.")
    _say(f"To sign in as {SUPERVISOR} or again: the password is {PASSWORD!r}. Try (214) 555-0142 in Find.")
    _tell_pages(running)
    _on_qt(lambda: _open(running))
    return 0


def _tell_pages(running: Running) -> None:
    from care_console.demo.pages import pages_to_try

    for line in pages_to_try(running):
        _say(line)


async def _drive(running: Running, folder: Path) -> bool:
    from care_console.demo.headless import drive

    return await drive(running, folder)


async def _open(running: Running) -> None:
    from care_console.desktop import app as desk

    handle = await desk.open_desk(running.url, SPECIALIST, PASSWORD, data_dir=running.data_dir / "desk")
    try:
        # While Qt waits for its next event Python hears no signal: a look now and then lets Ctrl+C through.
        while not handle.closed.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(handle.closed.wait(), _LOOK_SECONDS)
    finally:
        await handle.close()


def _on_qt(work: Callable[[], Coroutine[None, None, T]]) -> T:
    with contextlib.ExitStack() as stack:
        with _undisturbed():
            from qasync import QEventLoop  # type: ignore[import-untyped]

            from care_console.desktop.app import make_application

            application = make_application()
            runner = stack.enter_context(asyncio.Runner(loop_factory=lambda: QEventLoop(application)))
            runner.get_loop()
        return runner.run(work())


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl+C wait for the end of the block: while Qt's bindings are imported it would abort the process,
    and leave the service running."""
    told: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: told.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if told:
        raise KeyboardInterrupt


def _end_in_order_when_told() -> None:
    """Ctrl+C, `kill` and a closed terminal end the demo alike: the service must not outlive it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))


def _has_display() -> bool:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _keep_out_of_the_keychain() -> None:
    # A demo's tokens and keys are nothing to keep: the desk then holds them in memory only.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


@contextlib.contextmanager
def _data_dir(given: Path | None, keep: bool) -> Iterator[Path]:
    if given is None and keep:
        given = Path(tempfile.mkdtemp(prefix="care-demo-")) / "service"
        _say(f"The demo's data stays in {given}.")
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
    parser.add_argument("--keep", action="store_true", help="keep the demo's data, and say where")
    return parser.parse_args(argv)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
