"""All rows of a filter of the opt-out log, as CSV or XLSX: one snapshot, flat memory, nothing a formula."""

from __future__ import annotations

import asyncio
import math
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from rustpy_xlsxwriter import write_worksheets
from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from care_console.contract.problems import ProblemType
from care_console.service.consent.log import STATE_OF_KIND, OptOutFilter, count_of, rows_of
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.spool import CHUNK_BYTES, Spool

AT_ONCE = 4  # of one process: each has a connection of its own, beside the pool that answers callers
ROWS_A_SHEET = 1_048_575  # Excel's limit, less the header
# A plan for millions of rows looks worth compiling, and the first byte would wait seconds for that.
_OPTIONS = "-c jit=off -c default_transaction_read_only=on"
_ROWS_A_TRIP = 2000
_LONGEST_CELL = 32_767
_TEXTS = ("words", "actor", "call_id", "provider_message_id", "confirmation_id", "imported_id")
_WIDTHS: dict[str, float] = {"phone": 15, "words": 60, "received_at": 27, "effective_at": 27, "actor": 12}
# What a spreadsheet takes for the beginning of a formula, its wide forms too. A number in E.164 is none. And
# the mark itself: whoever takes one away from the front of a cell has what was there, always.
_RISKY = r"^[=+\-@\t\r\n＝＋－＠']"
_PHONE = r"^\+[0-9]+$"


_Row = dict[str, Any]


class Format(StrEnum):
    """What a log can be exported as."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class _Sql:
    text: str
    values: dict[str, Any]


class Exports:
    """The exports of one process: each with its own connection, so many at once and no more."""

    def __init__(self) -> None:
        self._running = 0

    def refuse_if_full(self) -> None:
        """Raise a problem where as many are being made as may be."""
        if self._running >= AT_ONCE:
            raise Problem(
                ProblemType.UNAVAILABLE,
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{AT_ONCE} exports are being made just now, which is as many as may be. Nothing was "
                "exported. Try again in a minute.",
            )

    async def make(self, format: Format, url: str, wanted: OptOutFilter, spool: Spool) -> None:
        """Write the export into `spool`. `url`: the database's."""
        async with self._counted():
            if format is Format.CSV:
                await _copy(url, wanted, spool)
            else:
                await _workbook(url, wanted, spool)

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


async def _copy(url: str, wanted: OptOutFilter, spool: Spool) -> None:
    sql = _compiled(_columns(rows_of(wanted), for_csv=True))
    waiting = bytearray()
    statement = f"COPY ({sql.text}) TO STDOUT WITH (FORMAT csv, HEADER true)".encode()
    async with (
        await psycopg.AsyncConnection.connect(url, options=_OPTIONS) as connection,
        connection.cursor() as cursor,
        cursor.copy(statement, sql.values) as copy,
    ):
        async for block in copy:
            waiting += block
            if len(waiting) >= CHUNK_BYTES:
                await spool.write(bytes(waiting))
                waiting.clear()
    await spool.write(bytes(waiting))


async def _workbook(url: str, wanted: OptOutFilter, spool: Spool) -> None:
    stopped = threading.Event()
    with tempfile.TemporaryDirectory(prefix="care-export-") as folder:
        path = Path(folder) / "opt-outs.xlsx"
        making = asyncio.ensure_future(asyncio.to_thread(_write_workbook, url, wanted, path, stopped))
        try:
            await asyncio.shield(making)
        except asyncio.CancelledError:
            # The thread looks at this between two rows; the folder must not go before it is done.
            stopped.set()
            await asyncio.gather(making, return_exceptions=True)
            raise
        await spool.take(path.open("rb"))


def _write_workbook(url: str, wanted: OptOutFilter, path: Path, stopped: threading.Event) -> None:
    rows, total = _compiled(_columns(rows_of(wanted), for_csv=False)), _compiled(select(count_of(wanted)))
    with psycopg.connect(url, row_factory=dict_row, options=_OPTIONS) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # the count is of the same rows
        counted = connection.execute(total.text.encode(), total.values).fetchone()
        sheets = math.ceil(next(iter((counted or {"n": 0}).values())) / ROWS_A_SHEET) or 1
        with connection.cursor(name="opt_out_log") as cursor:
            cursor.itersize = _ROWS_A_TRIP
            cursor.execute(rows.text.encode(), rows.values)
            cells = _cells(cursor, stopped)
            names = ["Opt-outs"] if sheets == 1 else [f"Opt-outs {number + 1}" for number in range(sheets)]
            parts: list[tuple[str, Any]] = [(name, islice(cells, ROWS_A_SHEET)) for name in names]
            write_worksheets(
                parts,
                str(path),
                freeze_panes={"general": {"row": 1, "col": 0}},
                column_widths={"general": _WIDTHS},
            )


def _cells(cursor: psycopg.ServerCursor[_Row], stopped: threading.Event) -> Iterator[_Row]:
    """Rows as cells. Text is written as text, which no spreadsheet calculates whatever it begins with."""
    is_empty = True
    for row in cursor:
        if stopped.is_set():
            raise InterruptedError("nobody waits for this export any more")
        is_empty = False
        words = row["words"]
        if len(words) > _LONGEST_CELL:
            row["words"] = words[: _LONGEST_CELL - 1] + "…"
        yield row
    if is_empty:  # the header is made of the first row's names
        yield dict.fromkeys(name.name for name in cursor.description or ())


def _columns(rows: Select[Any], *, for_csv: bool) -> Select[Any]:
    """The log's fields under the API's names, as text where they are not counts."""
    log = rows.subquery("rows")
    state = case({kind: state.value for kind, state in STATE_OF_KIND.items()}, value=log.c.kind)

    def shown(name: str) -> ColumnElement[Any]:
        column: ColumnElement[Any] = log.c[name]
        return (_harmless(column) if for_csv else column).label(name)

    return select(
        cast(log.c.id, String).label("id"),
        shown("phone"),
        state.label("state"),
        log.c.channel,
        shown("words"),
        _moment(log.c.received_at).label("received_at"),
        _moment(log.c.effective_at).label("effective_at"),
        shown("actor"),
        log.c.scope,
        log.c.texts_cancelled,
        shown("call_id"),
        shown("provider_message_id"),
        shown("confirmation_id"),
        cast(log.c.confirmation_seconds, BIGINT).label("confirmation_seconds"),
        shown("imported_id"),
    ).order_by(log.c.effective_at.desc(), log.c.id.desc())


def _harmless(cell: ColumnElement[Any]) -> ColumnElement[Any]:
    is_risky = cell.regexp_match(_RISKY) & ~cell.regexp_match(_PHONE)
    return case((is_risky, literal("'") + cell), else_=cell)


def _moment(at: ColumnElement[Any]) -> ColumnElement[str]:
    """RFC 3339 in UTC, as the API has it: a fraction only where there is one."""
    told = func.to_char(func.timezone("UTC", at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    return func.replace(told, ".000000Z", "Z")


def _compiled(query: Select[Any]) -> _Sql:
    """For the driver itself, which COPY and a cursor of the server need: its own placeholders and values."""
    compiled = query.compile(dialect=PGDialect_psycopg(), compile_kwargs={"render_postcompile": True})  # type: ignore[no-untyped-call]
    return _Sql(str(compiled), dict(compiled.params))
