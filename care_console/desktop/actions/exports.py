"""The opt-out log as a file of the person's choosing: whole, or not there."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk
from care_console.desktop.queries.opt_outs import LogFilter


class ExportFormat(StrEnum):
    """What the log can be saved as; the word is the file's suffix too."""

    CSV = "csv"
    XLSX = "xlsx"


async def export_log(
    desk: Desk, wanted: LogFilter, format: ExportFormat, file: Path, told: Callable[[int], None]
) -> int:
    """Save all rows of a filter, and return how many bytes they are; `told` hears how many have come so far.

    What comes is written beside `file` under another name, by a thread, and takes its place once it is whole
    and on the disk: a file under that name is never half an export. Raises BackendFailure, and OSError where
    the file cannot be written; then, and where this is cancelled, nothing is left behind.
    """
    part = file.with_name(f".{file.name}.{uuid4().hex[:8]}.part")
    # People's numbers and words are in it: for nobody but its owner to read.
    descriptor = await asyncio.to_thread(os.open, part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            come = 0

            async def write(piece: bytes) -> None:
                nonlocal come
                await asyncio.to_thread(opened.write, piece)
                come += len(piece)
                told(come)

            place = path(f"opt-outs.{format.value}")
            size = await desk.backend.download(place, wanted.params(), write)
            await asyncio.to_thread(opened.flush)
            await asyncio.to_thread(os.fsync, opened.fileno())
        await asyncio.to_thread(os.replace, part, file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        raise
    return size
