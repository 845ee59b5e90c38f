"""The service's processes, forked from one that has imported everything: a start costs a tenth of a second.

What is forked then runs the same command as ever (``care-console service web``), in a process of its own that
can be killed with -9. A thousand such deaths would otherwise be an hour of imports.

``python -m tests.campaigns.zygote SOCKET`` is the process that forks.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

_READY_SECONDS = 60.0
_NEEDED = (
    "care_console.__main__",
    "care_console.service.cli",
    "care_console.service.serve",
    "care_console.service.worker",
    "care_console.service.wiring",
    "tests.campaigns.stop_desk",
)


@dataclass
class Incarnation:
    """One life of a process. `ended`: its exit status as `waitpid` tells it, negative for a signal."""

    pid: int
    ended: asyncio.Future[int]

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ended.done()

    async def end(self, how: signal.Signals) -> int:
        """End it so, if it still lives, and wait for it; after 30 s it is killed."""
        with contextlib.suppress(ProcessLookupError):
            if not self.is_over:
                os.kill(self.pid, how)
        done, _ = await asyncio.wait({self.ended}, timeout=30)
        if not done:
            os.kill(self.pid, signal.SIGKILL)
        return await self.ended


class Zygote:
    """The process that forks, and the lives that came from it."""

    def __init__(self, place: Path) -> None:
        self._place = str(place)
        # By a number of our own: on a busy machine a pid comes again within minutes.
        self._lives: dict[int, asyncio.Future[int]] = {}
        self._numbers = count()

    async def spawn(self, words: list[str], environment: Mapping[str, str]) -> Incarnation:
        """`care-console service WORDS` in a process of its own, once it has said that it is ready."""
        life, reader, writer = await self.converse("service", words, environment)
        async with asyncio.timeout(_READY_SECONDS):
            # Never ready: it reached the point at which it was to die while it started.
            await reader.readline()
        writer.close()
        return life

    async def converse(
        self, what: str, words: list[str], environment: Mapping[str, str]
    ) -> tuple[Incarnation, asyncio.StreamReader, asyncio.StreamWriter]:
        """The same, or the campaigns' desk (`what`), with its standard output and input."""
        reader, writer = await asyncio.open_unix_connection(self._place)
        number = next(self._numbers)
        ended = self._lives[number] = asyncio.get_running_loop().create_future()
        told = {"number": number, "what": what, "words": words, "environment": dict(environment)}
        writer.write(json.dumps(told).encode() + b"\n")
        await writer.drain()
        async with asyncio.timeout(_READY_SECONDS):
            pid = int(await reader.readline())
        return Incarnation(pid, ended), reader, writer

    async def hear(self, told: asyncio.StreamReader) -> None:
        """Read which of them ended, and how."""
        while line := await told.readline():
            number, status = map(int, line.split())
            self._lives.pop(number).set_result(status)


@contextlib.asynccontextmanager
async def zygote() -> AsyncIterator[Zygote]:
    """One for as long as the block lasts; whoever was forked from it is ended by whoever asked for that."""
    with tempfile.TemporaryDirectory(prefix="care-zygote-") as folder:
        place = Path(folder) / "socket"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.campaigns.zygote", str(place)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
        assert process.stdout is not None
        made = Zygote(place)
        async with asyncio.timeout(_READY_SECONDS):
            assert await process.stdout.readline() == b"ready\n"
        hearing = asyncio.create_task(made.hear(process.stdout))
        try:
            yield made
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # and whoever was forked in the last moment
            await process.wait()
            await hearing


_numbers: dict[int, int] = {}
"""Of those that live: the number by which whoever asked for one knows it, by its pid."""


def _fork(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    told: dict[str, Any] = json.loads(connection.makefile().readline())
    # Nobody is buried before it is written down who that is.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid:
        _numbers[pid] = told["number"]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        connection.close()
        return
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    listening.close()
    os.environ.update(told["environment"])
    os.dup2(connection.fileno(), 0)
    os.dup2(connection.fileno(), 1)
    log = os.open(told["environment"].get("CAMPAIGN_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.write(1, f"{os.getpid()}\n".encode())
    status = 1
    try:
        status = _be(told["what"], told["words"])
    except SystemExit as exit:
        status = exit.code if isinstance(exit.code, int) else 1
    finally:
        os._exit(status)


def _be(what: str, words: list[str]) -> int:
    if what == "desk":
        from tests.campaigns.stop_desk import main as desk

        return desk(words)
    from care_console.__main__ import main
    from care_console.service.foundation import fault_points

    fault_points.arm(os.environ.get("CARE_DIE_AT", ""))
    return main(["service", *words])


def _bury(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            os.write(1, f"{_numbers.pop(ended[0])} {os.waitstatus_to_exitcode(ended[1])}\n".encode())


def _serve(place: str) -> None:
    for needed in _NEEDED:  # by every life: over a second of work, if each did it for itself
        importlib.import_module(needed)
    # A life that walked through all of this for garbage would copy each page of it for itself.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, _bury)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen(16)
        os.write(1, b"ready\n")
        while True:
            _fork(listening)


if __name__ == "__main__":
    _serve(sys.argv[1])
