"""How far an import is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

# Of the time that a file takes: reading it, and storing its rows with their indexes.
READ_SHARE = 0.25


class ImportProgress(Protocol):
    """Is told how far an import is."""

    def begin(self, total_bytes: int) -> None:
        """All files together are so large."""
        ...

    def file(self, name: str, size: int) -> None:
        """A file begins."""
        ...

    def at(self, doing: str, share: float) -> None:
        """So much of the current file's work is done, from 0 to 1; `doing` is a word for it."""
        ...

    def done(self, rows: int) -> None:
        """The current file is finished; it held so many rows."""
        ...

    def sounds(self, done: int, total: int) -> None:
        """So many of the sound files are done."""
        ...


class NoProgress:
    """Tells nobody."""

    def begin(self, total_bytes: int) -> None:
        """Nothing."""

    def file(self, name: str, size: int) -> None:
        """Nothing."""

    def at(self, doing: str, share: float) -> None:
        """Nothing."""

    def done(self, rows: int) -> None:
        """Nothing."""

    def sounds(self, done: int, total: int) -> None:
        """Nothing."""


class PlainProgress:
    """A line when a file is finished, and one for each tenth of the sound."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._name = ""
        self._since = time.monotonic()
        self._tenth = 0

    def begin(self, total_bytes: int) -> None:
        """Say how much there is."""
        self._say(f"importing {total_bytes / 1e6:,.1f} MB")

    def file(self, name: str, size: int) -> None:  # noqa: ARG002 - a protocol's argument
        """Note when it began."""
        self._name, self._since = name, time.monotonic()

    def at(self, doing: str, share: float) -> None:
        """Nothing: lines are for what is finished."""

    def done(self, rows: int) -> None:
        """Say it."""
        self._say(f"{self._name}: {rows:,} rows in {time.monotonic() - self._since:.1f} s")

    def sounds(self, done: int, total: int) -> None:
        """Say each tenth."""
        tenth = done * 10 // max(total, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            self._say(f"sound: {done:,} of {total:,}")

    def _say(self, line: str) -> None:
        self._out.write(line + "\n")
        self._out.flush()


class BarProgress:
    """One bar for the whole import."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID = bar.add_task("reading", total=None)
        self._before = 0
        self._name, self._size = "", 0

    def begin(self, total_bytes: int) -> None:
        """Set the bar's length."""
        self._bar.update(self._task, total=total_bytes)

    def file(self, name: str, size: int) -> None:
        """Name it."""
        self._name, self._size = name, size
        self._bar.update(self._task, description=name)

    def at(self, doing: str, share: float) -> None:
        """Move the bar."""
        position = self._before + self._size * share
        self._bar.update(self._task, description=f"{self._name}: {doing}", completed=position)

    def done(self, rows: int) -> None:  # noqa: ARG002 - a protocol's argument
        """Move the bar to the file's end."""
        self._before += self._size
        self._bar.update(self._task, completed=self._before)

    def sounds(self, done: int, total: int) -> None:
        """The bar counts sounds from here on."""
        self._bar.update(self._task, description="sound", completed=done, total=total)


@contextmanager
def console_progress(out: TextIO | None = None) -> Iterator[ImportProgress]:
    """The progress that fits where it goes (standard error, unless told): a bar, or plain lines."""
    out = out or sys.stderr
    if not out.isatty():
        yield PlainProgress(out)
        return
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(bar_width=None),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=out)) as bar:
        yield BarProgress(bar)
