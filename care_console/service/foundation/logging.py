"""Structured logs: one JSON object a line on standard error, with no personal data in it.

What an error says of itself is left out, ours and the libraries': a database's message repeats the row, and
a traceback's locals are the request. Its type, its code and the lines it came through are what is needed.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from traceback import FrameSummary, extract_tb
from typing import Any

import structlog

_HOUSE = Path(__file__).resolve().parents[2]
_OUR_FRAMES, _LAST_FRAMES = 12, 3


def set_up_logging(level: int = logging.INFO) -> None:
    """Our own events as JSON; libraries' warnings through the same door, their details left out."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_what_it_says,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def log_request(method: str, route: str, status: int, seconds: float) -> None:
    """One line for each request, in the form of all others, put together here: it is written at every key.

    None of its words may need escaping: a method and a route of ours are plain ASCII.
    """
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    sys.stderr.write(
        f'{{"method": "{method}", "route": "{route}", "status": {status}, "ms": {seconds * 1000:.1f}, '
        f'"event": "request", "level": "info", "timestamp": "{at}"}}\n'
    )


def told_of(error: BaseException) -> list[dict[str, Any]]:
    """An error and what caused it: type, SQLSTATE where it has one, and where it came through; no words."""
    told: list[dict[str, Any]] = []
    one: BaseException | None = error
    while one is not None and len(told) < 5:
        told.append(
            {
                "type": f"{type(one).__module__}.{type(one).__qualname__}",
                "code": getattr(one, "sqlstate", None),
                "at": [f"{_place(frame)}:{frame.lineno} {frame.name}" for frame in _frames_of(one)],
            }
        )
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return told


def _frames_of(error: BaseException) -> list[FrameSummary]:
    """Where it went through our own code, and where in somebody else's it arose."""
    frames = list(extract_tb(error.__traceback__))
    inner = frames[-_LAST_FRAMES:]
    ours = [frame for frame in frames[:-_LAST_FRAMES] if Path(frame.filename).is_relative_to(_HOUSE)]
    return ours[-_OUR_FRAMES:] + inner


def _place(frame: FrameSummary) -> str:
    path = Path(frame.filename)
    return str(path.relative_to(_HOUSE.parent)) if path.is_relative_to(_HOUSE) else path.name


def _without_what_it_says(_logger: Any, _name: str, event: Any) -> Any:
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = told_of(error)
    return event


class _Lines(logging.Formatter):
    """A library's record as a line like ours: its sentence as it stands in its source, nothing filled in."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "event": "library",
            "logger": record.name,
            "message": str(record.msg).split("\n", 1)[0],
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = told_of(record.exc_info[1])
        return json.dumps(line)
