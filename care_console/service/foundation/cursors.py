"""Cursors: where a page ended, opaque to whoever carries it, stable while rows come in."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

from care_console.contract.problems import ProblemType
from care_console.service.foundation.problems import Problem

Row = TypeVar("Row", int, str)


def encode_cursor(at: datetime, row: int | str) -> str:
    """The place after a row: its moment and its id."""
    told = json.dumps([at.astimezone(UTC).isoformat(), row], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, kind: type[Row]) -> tuple[datetime, Row]:
    """The place that a cursor tells of; a problem where it was not given out by a list with such rows."""
    try:
        at, row = _told(cursor)
        if type(row) is not kind or "\x00" in str(row):
            raise TypeError("another list's")
        moment = datetime.fromisoformat(at)
        return moment.astimezone(UTC), row
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _unusable() from error


def encode_row_cursor(row: int) -> str:
    """The place after a row of a list that is not in the order of time: its id, which tells the rest."""
    return base64.urlsafe_b64encode(json.dumps([row]).encode()).decode().rstrip("=")


def decode_row_cursor(cursor: str) -> int:
    """The id that a cursor tells of; a problem where no such list gave it out."""
    try:
        [row] = _told(cursor)
        if type(row) is not int or not 0 < row < 2**63:
            raise TypeError("another list's")
        return row
    except (ValueError, TypeError, RecursionError) as error:
        raise _unusable() from error


def _told(cursor: str) -> Any:
    return json.loads(base64.urlsafe_b64decode((cursor + "=" * (-len(cursor) % 4)).encode()))


def _unusable() -> Problem:
    return Problem(
        ProblemType.CURSOR,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This cursor cannot be used: it was not given out by this list. Begin again without one.",
    )
