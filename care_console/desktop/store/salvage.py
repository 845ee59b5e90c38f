"""What a damaged file still gives: what SQLite reads of a table, and what whole pages hold beside that."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Integer, Table

from care_console.desktop.store.cipher import DIALECT, DatabaseError, reading
from care_console.desktop.store.pages import Pages, Value
from care_console.desktop.store.tables import drafts, facts, outbox

_log = logging.getLogger(__name__)
_SALVAGED = (outbox, drafts, facts)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """Rows by table, and whether those are certainly all."""

    rows: dict[Table, list[Row]]
    whole: bool

    def count(self, table: Table) -> int:
        """How many of a table."""
        return len(self.rows[table])


class Loose:
    """The rows on whole pages, found without SQLite."""

    def __init__(self, path: Path, key: str, log: bytes) -> None:
        self._rows: dict[Table, list[Row]] = {table: [] for table in _SALVAGED}
        try:
            pages = Pages(path, key, log)
        except (OSError, ValueError) as failure:
            _log.warning("its pages cannot be read: %s", failure)
            return
        for rowid, values in pages.records():
            for table in _SALVAGED:
                row = _as_row(table, rowid, values)
                if row is not None:
                    self._rows[table].append(row)

    def of(self, table: Table) -> list[Row]:
        """The rows of a table, in the order of their pages."""
        return self._rows[table]


NOTHING = Saved({table: [] for table in _SALVAGED}, whole=True)


def salvage(path: Path, key: str, log: bytes, *, all_read: bool) -> Saved:
    """The rows of the outbox and the drafts that can still be read, and whose they are. `all_read`: see

    ``Damaged``.
    """
    loose = Loose(path, key, log)
    rows, whole = {}, all_read and path.is_file()
    for table in _SALVAGED:
        found, all_of_it = _by_sqlite(path, key, table) if path.is_file() else ([], False)
        rows[table] = _with_loose(table, found, loose.of(table))
        whole &= all_of_it or table is facts
    return Saved(rows, whole)


def _with_loose(table: Table, found: list[Row], loose: list[Row]) -> list[Row]:
    """Beside what SQLite read, what it did not reach.

    Such a page may be an old one, its row answered since. So a row of the outbox may have arrived: it is
    asked about under its own key before anything is done, and done no second time.
    """
    name = "id" if table is outbox else None
    keys = {_key(row, table, name) for row in found}
    more = []
    for row in loose:
        key = _key(row, table, name)
        if key not in keys:
            keys.add(key)
            more.append(row | {"maybe_arrived": True} if table is outbox else row)
    return sorted(found + more, key=lambda row: row["place"]) if table is outbox else found + more


def _key(row: Row, table: Table, name: str | None) -> tuple[Any, ...]:
    return (row[name],) if name else tuple(row[column.name] for column in table.primary_key)


def _by_sqlite(aside: Path, key: str, table: Table) -> tuple[list[Row], bool]:
    """The rows that SQLite can still read, and whether it read to the end."""
    rows: list[Row] = []
    try:
        with reading(aside, key) as connection:
            there = {row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")}
            names = [column.name for column in table.columns if column.name in there]
            if not names:
                return rows, False
            for values in connection.execute(f"SELECT {', '.join(names)} FROM {table.name}"):  # noqa: S608 - ours
                raw = dict(zip(names, values, strict=True))
                rows.append({name: _read(table, name, value) for name, value in raw.items()})
    except (DatabaseError, ValueError, TypeError) as failure:
        _log.warning("not all of %s could be read: %s", table.name, type(failure).__name__)
        return rows, False
    return rows, True


def _as_row(table: Table, rowid: int, values: list[Value]) -> Row | None:
    """A record as a row of this table; None where it cannot be one."""
    if len(values) != len(table.columns):
        return None
    row: Row = {}
    for column, value in zip(table.columns, values, strict=True):
        if value is None and column.primary_key and isinstance(column.type, Integer):
            row[column.name] = rowid  # SQLite keeps it there only
            continue
        try:
            row[column.name] = _read(table, column.name, value)
        except (ValueError, TypeError, AttributeError):
            return None
        if not _fits(column, row[column.name]):
            return None
    return row


def _fits(column: Column[Any], value: Any) -> bool:
    if value is None:
        return bool(column.nullable)
    return isinstance(value, dict if isinstance(column.type, JSON) else column.type.python_type)


def _read(table: Table, name: str, value: Any) -> Any:
    reader = table.columns[name].type.dialect_impl(DIALECT).result_processor(DIALECT, None)
    return reader(value) if reader else value
