"""What one recording costs of the processor, step by step, beside FFmpeg's own filters on the same sound.

Arguments: `--seconds N [N ...]` (40 and 120), `--form FORM` (mu-law), `--rounds N` (5). Seconds of the
processor, the least of the rounds; on a busy machine they grow too, so hold the ratios against each other.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from care_console.service.recordings import copies, preparing
from care_console.service.recordings.preparing import Job, prepare
from care_console.service.recordings.workshop import ENVIRONMENT
from tests.benchmarks.intake_peers import filtered, plain
from tests.service.recordings.sounds import FORMS, in_form, speech

_STEPS = (
    (preparing, "decode", "decode"),
    (preparing, "levels_of", "measure"),
    (copies, "at_rate", "resample"),
    (copies, "at_level", "set the level"),
    (copies, "encode_aac", "AAC"),
    (copies, "encode_mp3", "MP3"),
    (copies, "_measured", "check what was coded"),
    (copies, "peaks_of", "peaks"),
)
"""Where a step's function is looked up when it is called, its name there, and what it is called here."""


def run(arguments: list[str]) -> dict[str, object]:
    """Measure each length in a process that is begun as a worker is; milliseconds, and their ratios."""
    command = [sys.executable, "-m", "tests.benchmarks.intake", *arguments]
    measured = subprocess.run(command, env=os.environ | ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    figures: dict[str, object] = json.loads(measured.stdout)
    return figures


def _run_here(arguments: list[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="intake")
    parser.add_argument("--seconds", type=int, nargs="+", default=[40, 120])
    parser.add_argument("--form", choices=FORMS, default="mu-law")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as place:
        for seconds in chosen.seconds:
            data = in_form(speech("en", seconds, seed=2), chosen.form)
            figures |= _at_length(f"{seconds} s", data, Path(place), chosen.rounds)
    return figures


def _at_length(name: str, data: bytes, folder: Path, rounds: int) -> dict[str, object]:
    source = folder / "source"
    source.write_bytes(data)
    work: dict[str, Callable[[], object]] = {
        "plain FFmpeg, AAC": lambda: plain(data, mp3=False),
        "plain FFmpeg, MP3": lambda: plain(data, mp3=True),
        "FFmpeg's filters, AAC": lambda: filtered(data, copies.COPY_LUFS, copies.MOST_TRUE_PEAK_DBFS),
        "before the answer": lambda: prepare(Job.MESSAGE, source, folder),
        "behind the answer": lambda: prepare(Job.MORE_COPIES, source, folder),
    }
    spent: dict[str, dict[str, float]] = {}
    for number in range(rounds + 1):
        for what, do in work.items():
            with _watched() as steps:
                steps["whole"] = _took(do)
            if number:  # the first round only warms up
                before = spent.setdefault(what, steps)
                spent[what] = {step: min(used, before.get(step, used)) for step, used in steps.items()}
    figures: dict[str, object] = {}
    for what, steps in spent.items():
        for step, used in steps.items():
            figures[f"{name}, {what}" + ("" if step == "whole" else f", {step}") + ", ms"] = round(
                used * 1000, 1
            )
    ours = spent["before the answer"]["whole"]
    for peer in ("plain FFmpeg, AAC", "FFmpeg's filters, AAC"):
        figures[f"{name}, before the answer by {peer}"] = round(ours / spent[peer]["whole"], 2)
    return figures


def _took(do: Callable[[], object]) -> float:
    gc.collect()
    begun = time.process_time()
    do()
    return time.process_time() - begun


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """The seconds of each step while the block runs; a step within a step counts to both."""
    used: dict[str, float] = {}
    undo = []
    for module, name, step in _STEPS:
        patched = patch.object(module, name, _timed(getattr(module, name), step, used))
        patched.start()
        undo.append(patched)
    try:
        yield used
    finally:
        for patched in undo:
            patched.stop()


def _timed(do: Callable[..., object], step: str, used: dict[str, float]) -> Callable[..., object]:
    def timed(*given: object, **named: object) -> object:
        begun = time.process_time()
        try:
            return do(*given, **named)
        finally:
            used[step] = used.get(step, 0.0) + time.process_time() - begun

    return timed


if __name__ == "__main__":
    print(json.dumps(_run_here(sys.argv[1:])))
