"""Sound in processes of their own: whatever becomes of one, it is told, and the next sound is taken."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from care_console.service.recordings.formats import SoundError, SoundProblem
from care_console.service.recordings.measure import measure
from care_console.service.recordings.preparing import LOUDER, MP3, PLAYABLE, Job
from care_console.service.recordings.workshop import Busy, Workshop
from tests.service.recordings.sounds import in_form, sine, speech, wav
from tests.support.desks import until

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def workshop() -> AsyncIterator[Workshop]:
    async with Workshop(1) as one:
        yield one


def workers() -> list[psutil.Process]:
    """The workers of this process."""
    mine = psutil.Process().children()
    return [one for one in mine if "care_console.service.recordings.worker" in one.cmdline()]


async def refusal(workshop: Workshop, data: bytes, folder: Path, job: Job = Job.MESSAGE) -> SoundProblem:
    (folder / "source").write_bytes(data)
    with pytest.raises(SoundError) as caught:
        await workshop.prepare(job, folder / "source", folder)
    return caught.value.problem


async def test_a_message_gets_one_copy_then_two_more_and_an_import_one(
    workshop: Workshop, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(in_form(speech(seconds=3), "mu-law"))
    told = await workshop.prepare(Job.MESSAGE, tmp_path / "source", tmp_path)
    assert told["codec"] == "pcm_mulaw"
    assert told["copy_lufs"] == pytest.approx(-16.0, abs=0.5)
    assert not (tmp_path / MP3).exists()
    told = await workshop.prepare(Job.MORE_COPIES, tmp_path / "source", tmp_path)
    assert told["made"] == [MP3, LOUDER]
    assert measure(tmp_path / MP3).codec == "mp3"
    assert measure(tmp_path / LOUDER).codec == measure(tmp_path / PLAYABLE).codec == "aac"
    other = tmp_path / "other"
    other.mkdir()
    told = await workshop.prepare(Job.IMPORT, tmp_path / "source", other)
    assert told["copy_lufs"] is None
    assert [file.name for file in other.iterdir()] == [PLAYABLE]
    assert len(workers()) == 1


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"no sound", SoundProblem.NOT_SOUND),
        (b"", SoundProblem.EMPTY),
        (wav([sine(-20, 0.3, rate=8_000)], 8_000), SoundProblem.TOO_SHORT),
        (wav([sine(-20, 121, rate=8_000)], 8_000), SoundProblem.TOO_LONG),
        (speech(seconds=3, flaw="silent"), SoundProblem.SILENT),
    ],
)
async def test_what_a_worker_refuses_is_told(
    workshop: Workshop, data: bytes, problem: SoundProblem, tmp_path: Path
) -> None:
    assert await refusal(workshop, data, tmp_path) is problem


async def test_an_import_takes_what_is_silent_since_somebody_was_sold_it(
    workshop: Workshop, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(speech(seconds=3, flaw="silent"))
    assert (await workshop.prepare(Job.IMPORT, tmp_path / "source", tmp_path))["loudness_lufs"] is None


async def test_a_worker_that_dies_on_a_sound_takes_nothing_with_it(
    workshop: Workshop, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(speech(seconds=60))
    asked = asyncio.create_task(workshop.prepare(Job.MESSAGE, tmp_path / "source", tmp_path))
    await until(lambda: bool(workers()))
    os.kill(workers()[0].pid, signal.SIGKILL)
    with pytest.raises(SoundError) as caught:
        await asked
    assert caught.value.problem is SoundProblem.DAMAGED
    (tmp_path / "source").write_bytes(speech(seconds=2))
    assert await workshop.prepare(Job.MESSAGE, tmp_path / "source", tmp_path)


async def test_a_worker_that_hangs_is_ended_and_the_same_may_be_sent_again(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source").write_bytes(speech(seconds=2))
    await workshop.prepare(Job.MESSAGE, tmp_path / "source", tmp_path)
    monkeypatch.setattr(workshop, "_longest_seconds", 0.5)
    stopped = workers()[0]
    stopped.send_signal(signal.SIGSTOP)
    with pytest.raises(Busy):
        await workshop.prepare(Job.MESSAGE, tmp_path / "source", tmp_path)
    assert not stopped.is_running()
    monkeypatch.undo()
    assert await workshop.prepare(Job.MESSAGE, tmp_path / "source", tmp_path)


async def test_one_that_is_cancelled_leaves_no_answer_for_the_next(
    workshop: Workshop, tmp_path: Path
) -> None:
    (tmp_path / "long").write_bytes(speech(seconds=60))
    (tmp_path / "short").write_bytes(speech(seconds=2))
    asked = asyncio.create_task(workshop.prepare(Job.MESSAGE, tmp_path / "long", tmp_path))
    await until(lambda: bool(workers()))
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    told = await workshop.prepare(Job.MESSAGE, tmp_path / "short", tmp_path)
    assert told["duration_seconds"] == pytest.approx(2.0)


async def test_too_much_at_once_is_told_to_come_again(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "_most_waiting", 2)
    (tmp_path / "source").write_bytes(speech(seconds=2))
    asked = [
        asyncio.create_task(workshop.prepare(Job.MESSAGE, tmp_path / "source", tmp_path)) for _ in range(4)
    ]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, Busy) for outcome in outcomes) == 2
    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 2


async def test_a_worker_ends_when_whoever_asked_is_killed(tmp_path: Path) -> None:
    """Nobody is left to end it: it sees that nothing more can be asked."""
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from care_console.service.recordings.workshop import Workshop\n"
        "from care_console.service.recordings.preparing import Job\n"
        "async def main():\n"
        "    shop = Workshop(1)\n"
        "    await shop.prepare(Job.IMPORT, Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "    print(shop._free[0]._process.pid, flush=True)\n"
        "    await asyncio.sleep(100)\n"
        "asyncio.run(main())\n"
    )
    (tmp_path / "source").write_bytes(speech(seconds=2))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path / "source"), str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    worker = int(await process.stdout.readline())
    assert psutil.pid_exists(worker)
    process.kill()
    await process.wait()
    await until(lambda: not psutil.pid_exists(worker))
