"""The window: time to its first paint, its memory, keys to rows, and stalls while the heaviest story opens.

Arguments: `--messages N` (2,000,000 if not given), `--runs N` of the first paint (9).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from tests.benchmarks.scale.clients import ROOT
from tests.benchmarks.scale.data import Size, database_of
from tests.benchmarks.scale.report import Table, percentile
from tests.benchmarks.scale.served import LOGIN, PASSWORD, Served
from tests.benchmarks.scale.sql import HEAVIEST

FIRST_PAINT, MEMORY_MB, KEY_MS, STALL_MS = 1.6, 160.0, 100.0, 50.0


def run(arguments: list[str]) -> dict[str, object]:
    """Measure the window on the service, on the same data as the answers."""
    parser = argparse.ArgumentParser(prog="window")
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=9)
    chosen, _ = parser.parse_known_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    figures: dict[str, object] = {}
    table = Table(f"The window, on {os.environ['QT_QPA_PLATFORM']}, {Size(chosen.messages)}")
    with database_of(Size(chosen.messages)) as url, Served(url) as served:
        empty, first, whole = _first_paints(served.url, chosen.runs)
        table.line("first paint, beside an empty QMainWindow", empty, first, first / empty, FIRST_PAINT)
        print(f"{'  with the place to sign in on it':<48}{'':>10}{whole:>7.0f} ms{whole / empty:>8.2f}")
        driven = _drive(served, _phone(url))
        keys = percentile([ms / 1000 for ms in driven["keys_ms"]], 0.95)
        table.most("key to rows on the screen, p95", keys, KEY_MS, "ms")
        table.most("longest stall, heaviest story", driven["stall_ms"], STALL_MS, "ms")
        table.most("memory, scrolled to its end", driven["rss_mb"], MEMORY_MB, "MB")
        print(f"{'  once it was open':<48}{'':>10}{driven['opened_mb']:>7.1f} MB")
        figures |= {
            "first paint ms": round(first),
            "first paint of an empty QMainWindow ms": round(empty),
            "first paint ratio": round(first / empty, 2),
            "with the place to sign in ms": round(whole),
            "key to rows p95 ms": round(keys, 1),
            "key to rows p50 ms": round(statistics.median(driven["keys_ms"]), 1),
            "longest stall ms": round(driven["stall_ms"], 1),
            "rows scrolled": driven["rows"],
            "memory once open MB": round(driven["opened_mb"], 1),
            "memory MB": round(driven["rss_mb"], 1),
        }
    figures["bounds held"], figures["bounds"] = table.held, table.bounds
    return figures


def _first_paints(server: str, runs: int) -> tuple[float, float, float]:
    """Medians, in ms from the start of the process: the empty window, ours, ours with all on it."""
    taken: dict[str, list[float]] = {"empty": [], "painted": [], "whole": []}
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder:
        for number in range(runs + 1):
            for which in ("empty", "desk") if number % 2 else ("desk", "empty"):
                told = _first_paint([which, f"{folder}/desk", server])
                if number:  # the first run finds nothing in the page cache
                    taken["empty" if which == "empty" else "painted"].append(told["painted"])
                    taken["whole"].append(told["whole"]) if which == "desk" else None
    return tuple(statistics.median(taken[name]) for name in ("empty", "painted", "whole"))  # type: ignore[return-value]


def _first_paint(words: list[str]) -> dict[str, float]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.scale.first_paint", *words],
        cwd=ROOT, env=_environment(), capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    lines = [line.split() for line in done.stdout.splitlines()]
    return {what: (float(at) - began) * 1000 for what, at in lines}


def _environment() -> dict[str, str]:
    # The null keychain: what is on the way to the first paint must not depend on a keychain's daemon.
    return os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def _drive(served: Served, phone: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder:
        words = [served.url, str(Path(folder) / "desk"), LOGIN, PASSWORD, phone]
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.scale.desk", *words],
            cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, text=True, timeout=600, check=True,
        )  # fmt: skip
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def _phone(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT imported_id FROM recipients WHERE id = %s", (HEAVIEST,)).fetchone()
    return str(row[0]) if row else ""
