"""Has strangers' sound taken apart in processes of their own, so many at once, each for so long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from care_console.service.recordings.formats import SoundError, SoundProblem
from care_console.service.recordings.preparing import Job

MOST_WORKERS = 8
"""More than this do not help: storing what they made is then what takes the time."""

BEHIND_PAGES = 5
"""The niceness of workers for whose answer a recorder waits: it has seconds, a page has none."""
BEHIND_ALL = 19
"""That of workers for whom nobody waits: they take the time that nothing else wants."""

log = structlog.get_logger(__name__)

# A worker that works for too long is ended by the system, by its own processor's time. One that hangs without
# working, or starves on a busy machine, is ended after this long by the clock: that is not the sound's fault.
LONGEST_SECONDS = 90.0
LONGEST_SECONDS_BEHIND = 900.0
"""The same for workers that are behind: they may starve for long."""
# A worker is replaced after so many sounds, whatever the libraries in it keep.
_MOST_SOUNDS = 500
# Whoever asks for more than this is told to come again: with so many before it, a recorder waited 20 s on
# two busy cores.
_MOST_WAITING_A_WORKER = 60
# More threads in one worker only take time from the others. And memory that C's allocator keeps for the next
# array needs no new pages from the system, which cost a sixth of the time of a whole recording.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024**2),
}
"""What a worker's process is begun with, beside ours."""


class Busy(Exception):
    """So much is waiting, or so busy is the machine, that this one was not done in time."""


class Workshop:
    """So many workers, each begun when it is first needed. Many tasks may call `prepare` at once.

    Their niceness is how readily they leave the processor to others.
    """

    def __init__(
        self, workers: int, longest_seconds: float = LONGEST_SECONDS, *, niceness: int = BEHIND_PAGES
    ) -> None:
        self.workers = workers
        self._niceness = niceness
        self._longest_seconds = longest_seconds
        self._free: list[_Worker] = []
        self._gate = asyncio.Semaphore(workers)
        self._most_waiting = workers * _MOST_WAITING_A_WORKER
        self._waiting = 0

    async def prepare(self, job: Job, source: Path, folder: Path) -> dict[str, Any]:
        """What `preparing.prepare` gives for this sound; its files are in `folder` then.

        Raises SoundError for what cannot be taken, one that ends its worker too; Busy.
        """
        if self._waiting >= self._most_waiting:
            raise Busy
        self._waiting += 1
        try:
            async with self._gate:
                return await self._prepare(job, source, folder)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the workers."""
        while self._free:
            await self._free.pop().end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _prepare(self, job: Job, source: Path, folder: Path) -> dict[str, Any]:
        worker = self._free.pop() if self._free else await _Worker.begin(self._niceness)
        try:
            async with asyncio.timeout(self._longest_seconds):
                answer = await worker.ask({"job": job.value, "source": str(source), "folder": str(folder)})
        except BaseException as error:  # a cancelled one too: nobody would read its answer
            await worker.end()
            log.warning("recordings.worker_ended", why=type(error).__name__, code=worker.exit_code)
            if isinstance(error, TimeoutError):
                raise Busy from error
            if isinstance(error, EOFError | OSError):
                raise SoundError(SoundProblem.DAMAGED, _HOSTILE) from error
            raise
        if worker.done < _MOST_SOUNDS:
            self._free.append(worker)
        else:
            await worker.end()
        if "problem" in answer:
            raise SoundError(SoundProblem(answer["problem"]), answer["sentence"])
        return answer


_HOSTILE = "The recording cannot be decoded: whatever tried broke off. Record it again."


class _Worker:
    """One process, asked one thing at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.done = 0

    @classmethod
    async def begin(cls, niceness: int) -> Self:
        # In a session of its own: an interrupt at the terminal is ours to answer.
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "care_console.service.recordings.worker",
                str(niceness),
                stdin=PIPE,
                stdout=PIPE,
                env=os.environ | ENVIRONMENT,
                start_new_session=True,
            )
        )

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    async def ask(self, asked: dict[str, str]) -> dict[str, Any]:
        """Its answer. Raises EOFError where it ended, OSError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        self.done += 1
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def end(self) -> None:
        """End it, and wait until it has."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
