"""Opening the store whatever its state: a damaged file is set aside, and what it still gives taken over."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, insert

from care_console.desktop.store.cipher import DIALECT, IN_MEMORY, Damaged, DatabaseError, open_engine, reading
from care_console.desktop.store.tables import drafts, outbox

_log = logging.getLogger(__name__)
FILE = "desk.db"
_ASIDE = f"{FILE}.damaged-*"


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine on the store, and the sentence for the person, where there is one to say."""

    engine: Engine
    notice: str | None = None


def new_key() -> str:
    """256 random bits as SQLCipher takes them."""
    return secrets.token_hex(32)


def open_in_memory() -> Opened:
    """With no keychain to hold a key: nothing goes to disk, and an older file waits for its keychain."""
    return Opened(
        open_engine(IN_MEMORY, new_key()),
        "This machine has no keychain that the desk can use, so nothing is kept on disk: "
        "drafts and what is not sent yet are lost when the desk closes.",
    )


def open_file(folder: Path, key: str) -> Opened:
    """The store in a folder. Never fails for damage: see the module."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE
    try:
        return Opened(open_engine(path, key))
    except Damaged as failure:
        _log.warning("the store cannot be opened: %s", failure)
    aside = _set_aside(path)
    saved_rows, all_rows = _salvage(aside, key, outbox)
    saved_drafts, all_drafts = _salvage(aside, key, drafts)
    engine = open_engine(path, key)
    with engine.begin() as connection:
        for table, rows in ((outbox, saved_rows), (drafts, saved_drafts)):
            for row in rows:
                connection.execute(insert(table).values(**row))
    whole = all_rows and all_drafts
    return Opened(engine, _what_was_lost(aside, len(saved_rows), len(saved_drafts), whole=whole))


def remove_set_aside(folder: Path) -> None:
    """Delete damaged files of before: they hold people's data, if encrypted."""
    for path in folder.glob(_ASIDE):
        path.unlink(missing_ok=True)


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            os.replace(part, aside.with_name(aside.name + suffix))
    return aside


def _salvage(aside: Path, key: str, table: Table) -> tuple[Sequence[dict[str, Any]], bool]:
    """The rows that can still be read, and whether those were all."""
    rows: list[dict[str, Any]] = []
    names = ", ".join(column.name for column in table.columns)
    try:
        with reading(aside, key) as connection:
            for values in connection.execute(f"SELECT {names} FROM {table.name}"):  # noqa: S608 - our own names
                raw = dict(zip((column.name for column in table.columns), values, strict=True))
                rows.append({name: _read(table, name, value) for name, value in raw.items()})
    except (DatabaseError, ValueError) as failure:
        _log.warning("not all of %s could be read: %s", table.name, type(failure).__name__)
        return rows, False
    return rows, True


def _read(table: Table, name: str, value: Any) -> Any:
    reader = table.columns[name].type.dialect_impl(DIALECT).result_processor(DIALECT, None)
    return reader(value) if reader else value


def _what_was_lost(aside: Path, rows: int, halves: int, *, whole: bool) -> str:
    kept = f"{rows} not yet sent and {halves} half written were saved from it"
    lost = (
        "only the stories kept for reading offline are lost."
        if whole
        else "what else was not yet sent or half written is lost: look at the stories of your last calls."
    )
    return f"The desk's file was damaged and has been set aside as {aside.name}. {kept}; {lost}"
