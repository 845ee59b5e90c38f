"""Two hundred recordings with their right verdicts, and damaged files: no crash, no hang, flat memory."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from care_console.service.recordings import workshop as module
from care_console.service.recordings.formats import SoundError
from care_console.service.recordings.measure import measure
from care_console.service.recordings.preparing import LOUDER, MP3, PLAYABLE, Job
from care_console.service.recordings.workshop import Workshop
from tests.service.recordings.mutate import damaged
from tests.service.recordings.sound_set import Recording, the_set
from tests.service.recordings.sounds import FORMS, in_form, speech

LONGEST_SECONDS = 2.0
"""Of the processor's time, for a damaged file: on a busy machine the clock tells of the others."""
MOST_GROWTH_BYTES = 64 * 1024**2
_SETTLED_AFTER = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """How many of the set (every so many), and how many damaged files."""

    every: int
    damaged: int
    longest_in_set: float


LONG = Plan(every=1, damaged=5_000, longest_in_set=200.0)
SHORT = Plan(every=9, damaged=80, longest_in_set=30.0)


@dataclass
class Outcome:
    """What was found."""

    wrong: list[str] = field(default_factory=list)
    judged: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    damaged: int = 0
    damaged_verdicts: Counter[str] = field(default_factory=Counter)
    workers_ended: int = 0
    slowest_seconds: float = 0.0
    memory_then: int = 0
    memory_most: int = 0

    @property
    def held(self) -> bool:
        """Whether nothing was wrong."""
        return not self.wrong

    def figures(self) -> dict[str, object]:
        """All of it, for a file."""
        return {
            **self.__dict__,
            "verdicts": dict(self.verdicts),
            "damaged_verdicts": dict(self.damaged_verdicts),
        }


async def run(plan: Plan, seed: int) -> Outcome:
    """Judge the set, then the damaged files, each in a worker as the service does."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        async with Workshop(1) as workshop:
            for recording in the_set()[:: plan.every]:
                if not recording.name.endswith((", 119 s", ", 121 s")) or plan.longest_in_set > 121:
                    await _judge(workshop, recording, folder, outcome)
        kept, module._MOST_SOUNDS = module._MOST_SOUNDS, 10**9  # one worker, so that what it keeps is seen
        try:
            async with Workshop(1) as workshop:
                await _damage(workshop, plan.damaged, seed, folder, outcome)
        finally:
            module._MOST_SOUNDS = kept
    return outcome


async def _judge(workshop: Workshop, recording: Recording, folder: Path, outcome: Outcome) -> None:
    (folder / "source").write_bytes(recording.make())
    verdict = None
    try:
        await workshop.prepare(Job.MESSAGE, folder / "source", folder)
        made = (await workshop.prepare(Job.MORE_COPIES, folder / "source", folder))["made"]
        if made != [MP3, LOUDER]:
            outcome.wrong.append(f"{recording.name}: of more copies only {made}")
    except SoundError as error:
        verdict = error.problem
    outcome.judged += 1
    outcome.verdicts[verdict or "taken"] += 1
    if verdict is not recording.problem:
        outcome.wrong.append(f"{recording.name}: {verdict}, not {recording.problem}")
    elif verdict is None:
        for name in (PLAYABLE, MP3, LOUDER):
            levels = measure(folder / name, limit_seconds=122)
            loud = levels.loudness_lufs
            if levels.true_peak_dbfs >= -1.0 or loud is None:
                outcome.wrong.append(f"{recording.name}, {name}: {levels.true_peak_dbfs:.2f} dBFS")
            if name != LOUDER and (loud is None or abs(loud + 16.0) > 1.0):
                outcome.wrong.append(f"{recording.name}, {name}: {loud} LUFS")


async def _damage(workshop: Workshop, count: int, seed: int, folder: Path, outcome: Outcome) -> None:
    sources = [(form, in_form(speech(seconds=2, seed=3), form)) for form in FORMS]
    worker: psutil.Process | None = None
    for number in range(count):
        form, whole = sources[number % len(sources)]
        (folder / "source").write_bytes(damaged(whole, random.Random(f"{seed}/{number}")))
        before = 0.0 if worker is None else sum(worker.cpu_times()[:2])
        begun = time.monotonic()
        try:
            await workshop.prepare(Job.MESSAGE, folder / "source", folder)
            await workshop.prepare(Job.MORE_COPIES, folder / "source", folder)
            outcome.damaged_verdicts["taken"] += 1
        except SoundError as error:
            outcome.damaged_verdicts[error.problem] += 1
        outcome.damaged += 1
        now = _worker()
        if worker is not None and (now is None or now.pid != worker.pid):
            outcome.workers_ended += 1
            outcome.wrong.append(
                f"damaged {number} ({form}) ended its worker in {time.monotonic() - begun:.1f} s"
            )
        elif worker is not None:
            seconds = sum(worker.cpu_times()[:2]) - before
            outcome.slowest_seconds = max(outcome.slowest_seconds, round(seconds, 2))
            if seconds > LONGEST_SECONDS:
                outcome.wrong.append(f"damaged {number} ({form}) took {seconds:.1f} s")
        worker = now
        if worker is not None:
            _weigh(worker, number, count, outcome)


def _weigh(worker: psutil.Process, number: int, count: int, outcome: Outcome) -> None:
    memory = int(worker.memory_info().rss)
    if number == min(_SETTLED_AFTER, count // 3):
        outcome.memory_then = memory
    outcome.memory_most = max(outcome.memory_most, memory)
    if number == count - 1 and memory - outcome.memory_then > MOST_GROWTH_BYTES:
        outcome.wrong.append(f"a worker grew from {outcome.memory_then:,} to {memory:,} bytes")


def _worker() -> psutil.Process | None:
    name = "care_console.service.recordings.worker"
    mine = [one for one in psutil.Process().children() if name in one.cmdline()]
    return mine[0] if mine else None
