"""A process that takes strangers' sound apart: `python -m care_console.service.recordings.worker [NICENESS]`.

One request a line on standard input, one answer a line on standard output. FFmpeg is a large body of C that
reads what anybody sends; here a crash, an endless loop or a file that wants all memory ends this process
alone.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from care_console.service.foundation.niceness import give_way
from care_console.service.recordings.formats import SoundError, SoundProblem
from care_console.service.recordings.preparing import Job, prepare

try:
    import resource
except ImportError:  # Windows has none; the clock of whoever asks still ends what takes too long
    resource = None  # type: ignore[assignment]

# What it may ask the system for. Two minutes of 96 kHz stereo need a third of it, most of that for libraries.
MOST_MEMORY_BYTES = 2 * 1024**3
# Of the processor's time for one sound: a healthy one of two minutes needs four.
MOST_SECONDS = 20


def main() -> None:
    """Answer until there is nothing more to read: whoever asked has gone, or was killed."""
    # What C code prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if len(sys.argv) > 1:
        give_way(int(sys.argv[1]))
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        _allow_seconds(MOST_SECONDS)
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
        answers.flush()


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return prepare(Job(asked["job"]), Path(asked["source"]), Path(asked["folder"]))
    except SoundError as error:
        return {"problem": error.problem.value, "sentence": str(error)}
    except MemoryError:
        sentence = "The recording needs more memory than any message does. Send it in a smaller format."
        return {"problem": SoundProblem.UNFIT.value, "sentence": sentence}


def _allow_seconds(seconds: int) -> None:
    """Have the system end this process once it has worked for so long from now."""
    if resource is not None:
        spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + 1 + seconds, hard))


if __name__ == "__main__":
    main()
