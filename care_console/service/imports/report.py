"""What an import did, and how it is told at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class FileReport:
    """The rows of one file: read = loaded + there already + refused."""

    file: str
    read: int
    loaded: int
    refused: int

    @property
    def already(self) -> int:
        """Rows that an earlier run had loaded."""
        return self.read - self.loaded - self.refused


@dataclass(frozen=True, slots=True)
class SoundReport:
    """The sound files that the rows name."""

    stored: int = 0
    already: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        """All that were looked at."""
        return self.stored + self.already + self.refused

    def plus(self, other: SoundReport) -> SoundReport:
        """Both together."""
        return SoundReport(
            self.stored + other.stored, self.already + other.already, self.refused + other.refused
        )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one run did."""

    folder: Path
    files: tuple[FileReport, ...]
    sounds: SoundReport
    reasons: dict[str, int]
    """How many rows were refused for which reason."""
    examples: tuple[tuple[str, int, str], ...]
    """The first refused rows: file, line, reason."""
    reviews: tuple[str, ...]
    """Old identifiers of the first opt-ins that do not lift an opt-out."""
    review_count: int
    rejects: Path | None
    kept: bool
    """Whether what was loaded was kept: not, where one row was refused and all or nothing was asked for."""
    seconds: float

    @property
    def loaded(self) -> int:
        """Rows that are new in the database."""
        return sum(file.loaded for file in self.files) if self.kept else 0

    @property
    def refused(self) -> int:
        """Rows and sounds that were refused."""
        return sum(self.reasons.values())


def print_report(report: ImportReport, to: TextIO | None = None) -> None:
    """Tell the report as plain lines."""
    out = to or sys.stdout
    for line in _lines(report):
        out.write(line + "\n")


def _lines(report: ImportReport) -> Iterator[str]:
    yield f"{'file':<16}{'read':>12}{'loaded':>12}{'already':>12}{'refused':>12}"
    for file in report.files:
        loaded = file.loaded if report.kept else 0
        yield f"{file.file:<16}{file.read:>12,}{loaded:>12,}{file.already:>12,}{file.refused:>12,}"
    sounds = report.sounds
    if sounds != SoundReport():
        yield f"Sound: {sounds.stored:,} stored, {sounds.already:,} already, {sounds.refused:,} refused."
    yield from _refusals(report)
    if report.review_count:
        yield (
            f"{report.review_count:,} opt-ins came by a channel that lifts no opt-out; a supervisor should "
            f"look at them: {_some(report.reviews, report.review_count)}."
        )
    if not report.kept:
        yield "Nothing was loaded: all or nothing was asked for. Mend the refused rows, or import without it."
    yield f"Done in {report.seconds:.1f} s: {report.loaded:,} rows loaded, {report.refused:,} refused."


def _refusals(report: ImportReport) -> Iterator[str]:
    if not report.refused:
        return
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(report.reasons.items()))
    yield f"Refused: {reasons}."
    if report.rejects is not None:
        yield f"Each is named in {report.rejects}."
        return
    for file, line, reason in report.examples:
        yield f"  {file}, line {line}: {reason}"
    if report.refused > len(report.examples):
        yield f"  ... and {report.refused - len(report.examples):,} more; --rejects FILE names them all."


def _some(names: tuple[str, ...], count: int) -> str:
    return ", ".join(names) + (f" and {count - len(names):,} more" if count > len(names) else "")


@contextmanager
def rejects_file(path: Path) -> Iterator[TextIO]:
    """The list of rejects, begun with its header; it stands in its place only once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with aside.open("w", encoding="utf-8", newline="") as file:
        file.write("file,line,reason\n")
        yield file
    os.replace(aside, path)


def write_rejects(file: TextIO, rows: Iterable[tuple[str, int, str]]) -> None:
    """Write refused rows; none of the three fields ever needs quotes."""
    file.writelines(f"{name},{line},{reason}\n" for name, line, reason in rows)
