"""Bringing a file of an older layout to the present one: a step for each layout, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from care_console.desktop.store.tables import LAYOUT, metadata


class NotOurs(Exception):
    """The file is sound, and its tables are not those that this version can work with."""


def bring_to_date(connection: Connection) -> None:
    """Make the tables in a new file, or change those of an older one; raises NotOurs."""
    layout = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if layout > LAYOUT:
        raise NotOurs(f"it was written by a later version of the desk (layout {layout}, not {LAYOUT})")
    if layout == 0:
        metadata.create_all(connection)
    else:
        for step in range(layout, LAYOUT):
            _STEPS[step](connection)
    if layout != LAYOUT:
        connection.exec_driver_sql(f"PRAGMA user_version = {LAYOUT}")
    for table in metadata.sorted_tables:
        there = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table.name})")}
        missing = sorted(set(table.columns.keys()) - there)
        if missing:
            raise NotOurs(f"its table {table.name} lacks {', '.join(missing)}")


def _from_1(connection: Connection) -> None:
    """What is kept is found by its age: it is forgotten by that whenever the desk opens."""
    connection.exec_driver_sql("CREATE INDEX ix_kept_read_at ON kept (read_at)")


_STEPS: dict[int, Callable[[Connection], None]] = {1: _from_1}
