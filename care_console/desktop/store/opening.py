"""Opening the store whatever its state: a damaged file is set aside, and what it still gives taken over.

The new file is made beside the damaged one, whole, and only then takes its place: killed on any line here,
the desk finds either the one or the other when it opens next.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError, StatementError

from care_console.desktop.store.cipher import (
    IN_MEMORY,
    Damaged,
    DatabaseError,
    checkpoint,
    open_engine,
)
from care_console.desktop.store.pages import read_log
from care_console.desktop.store.salvage import NOTHING, Saved, salvage
from care_console.desktop.store.tables import drafts, facts, outbox
from care_console.desktop.store.turns import Turns

_log = logging.getLogger(__name__)
FILE = "desk.db"
NOTICE = "notice"
_RUNNING = "running"
_LOG_LOST = (
    "A part of the desk's file was missing when the desk opened: what was done shortly before it last ended "
    "may be lost. Look at the stories of your last calls."
)
_NEW = f"{FILE}.new"
_ASIDE = f"{FILE}.damaged-*"
_ATTEMPTS = 2
_PARTS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine on the store, and the sentence for the person, where there is one to say."""

    engine: Engine
    notice: str | None = None
    is_on_disk: bool = False


def new_key() -> str:
    """256 random bits and a salt of 128 as SQLCipher takes them."""
    return secrets.token_hex(48)


def open_in_memory() -> Opened:
    """With no keychain to hold a key: nothing goes to disk, and an older file waits for its keychain."""
    return Opened(
        open_engine(IN_MEMORY, new_key()),
        "This machine has no keychain that the desk can use, so nothing is kept on disk: "
        "drafts and what is not sent yet are lost when the desk closes.",
    )


def open_file(folder: Path, key: str, turns: Turns) -> Opened:
    """The store in a folder. Never fails for damage: see the module. Raises OSError for want of a folder.

    The desk counts among those at work with it afterwards, unless it works in memory.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE
    try:
        with turns.taken():
            opened = _open_in_turn(path, key, turns)
            if opened.is_on_disk:
                turns.begin_work()
            return opened
    except OSError as failure:
        _log.warning("the store cannot be used: %s", failure)
        return _for_this_run(salvage(path, key, read_log(path), all_read=True))


def _open_in_turn(path: Path, key: str, turns: Turns) -> Opened:
    """Only what is found damaged with nobody at work with it, and again when tried anew, is set aside."""
    log, had_log = read_log(path), _is_there(path.with_name(f"{FILE}-wal"))
    failures: list[Exception] = []
    alone = turns.is_nobody_at_work()
    for _attempt in range(_ATTEMPTS):
        try:
            engine = _opened(path, key, log, alone=alone)
        except (Damaged, OSError, DatabaseError, DBAPIError) as failure:
            _log.warning("the store cannot be opened: %s", failure)
            failures.append(failure)
            _let_its_owner_write(path)
            continue
        # Closing after the first failure took the log into the file as far as SQLite could read it, and
        # deleted it: what lay behind that is in our copy alone, and the file only looks sound.
        if failures and log and read_log(path)[: len(log)] != log:
            engine.dispose()
            break
        return Opened(engine, _what_to_say(engine, had_log=had_log), is_on_disk=True)
    saved = salvage(path, key, log, all_read=all(getattr(each, "all_read", True) for each in failures))
    if isinstance(failures[-1], Damaged) and alone:
        return _replaced(path, key, saved)
    return _for_this_run(saved)


def _replaced(path: Path, key: str, saved: Saved) -> Opened:
    """A new file with what was saved in it, and the damaged one set aside."""
    aside = path.with_name(f"{FILE}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    notice = f"The desk's file was damaged and has been set aside as {aside.name}. {_what_was_lost(saved)}"
    try:
        engine = _made_anew(path, key, saved, notice, aside)
        return Opened(engine, _what_to_say(engine, had_log=True), is_on_disk=True)
    except (OSError, DatabaseError, DBAPIError) as failure:
        _log.warning("no new store can be made: %s", failure)
        return _for_this_run(saved)


def close_file(engine: Engine, turns: Turns) -> None:
    """Close the file; the last to do so notes that it was closed in order, and so needs no log."""
    try:
        with turns.taken():
            turns.end_work()
            if turns.is_nobody_at_work():
                with engine.begin() as connection:
                    _put_fact(connection, _RUNNING, "")
            engine.dispose()
    except (OSError, DBAPIError) as failure:  # a full disk: then the next opening finds it as after a kill
        _log.warning("the store could not be closed in order (%s)", type(failure).__name__)
    finally:
        turns.end_work()
        engine.dispose()


def remove_set_aside(folder: Path) -> None:
    """Delete damaged files of before: they hold people's data, if encrypted."""
    for path in folder.glob(_ASIDE):
        if path.is_file():  # what else lay in its place was not ours
            path.unlink(missing_ok=True)


def _opened(path: Path, key: str, log: bytes, *, alone: bool) -> Engine:
    _finish_what_was_begun(path.parent)
    if not _is_there(path):
        if log:
            raise Damaged("its main part is missing", all_read=False)
        return _made_anew(path, key, NOTHING, None)
    if not path.is_file() or path.stat().st_size == 0:
        raise Damaged("it is empty", all_read=False)
    if any(_is_no_file(path.with_name(path.name + part)) for part in _PARTS[1:]):
        raise Damaged("something else lies in the place of a file beside it", all_read=False)
    return open_engine(path, key, alone=alone)


def _is_no_file(path: Path) -> bool:
    return _is_there(path) and not path.is_file()


def _let_its_owner_write(path: Path) -> None:
    """A file given back by a backup may be for reading only."""
    for part in _PARTS:
        with contextlib.suppress(OSError):
            path.with_name(path.name + part).chmod(0o600)


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _made_anew(path: Path, key: str, saved: Saved, notice: str | None, aside: Path | None = None) -> Engine:
    """A new file with what was saved in it, in the place of the damaged one. `aside`: where that goes."""
    new = path.with_name(_NEW)
    _remove(new)
    engine = open_engine(new, key)
    try:
        _take_over(engine, saved, notice)
    finally:
        engine.dispose()  # and with that the log is in the file
    if aside is not None:
        for part in _PARTS:
            if _is_there(path.with_name(path.name + part)):
                os.replace(path.with_name(path.name + part), aside.with_name(aside.name + part))
    os.replace(new, path)
    _to_disk(path.parent)
    return open_engine(path, key)


def _finish_what_was_begun(folder: Path) -> None:
    """After a kill while a damaged file was replaced: the new one is whole once the old one is away."""
    path, new = folder / FILE, folder / _NEW
    if not _is_there(path) and new.is_file() and any(folder.glob(_ASIDE)):
        for part in _PARTS[1:]:
            _remove_file(path.with_name(path.name + part))
        os.replace(new, path)
    else:
        _remove(new)


def _take_over(engine: Engine, saved: Saved, notice: str | None) -> None:
    with engine.begin() as connection:
        for table, rows in saved.rows.items():
            # The notice and the state are of that file, not of this one.
            taken = [row for row in rows if not (table is facts and row["name"] in (NOTICE, _RUNNING))]
            if not _put(connection, table, taken):
                for row in taken:
                    _put(connection, table, [row])
        if notice is not None:
            connection.execute(insert(facts).values(name=NOTICE, value=notice))


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> bool:
    """Insert all of some rows, or none; whether they are there."""
    try:
        with connection.begin_nested():
            if rows:
                connection.execute(insert(table), rows)
    except (DBAPIError, StatementError) as failure:
        _log.warning(
            "%d rows of %s could not be taken over (%s)", len(rows), table.name, type(failure).__name__
        )
        return False
    return True


def _what_to_say(engine: Engine, *, had_log: bool) -> str | None:
    """What was lost before, said until its person signs out: the desk may have been killed before it was.

    A desk that did not close its file leaves a log with its last changes: without it, those are lost.
    """
    with engine.begin() as connection:
        known = {row.name: row.value for row in connection.execute(select(facts))}
        if known.get(_RUNNING) and not had_log:
            known[NOTICE] = _LOG_LOST
            _put_fact(connection, NOTICE, _LOG_LOST)
        _put_fact(connection, _RUNNING, "yes")
    checkpoint(engine)  # so that the file itself has it, not its log alone
    return known.get(NOTICE)


def _put_fact(connection: Connection, name: str, value: str) -> None:
    new = upsert(facts).values(name=name, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _for_this_run(saved: Saved) -> Opened:
    """In memory, with what the file holds unsent: sent twice, under its own key, it is done once."""
    engine = open_engine(IN_MEMORY, new_key())
    _take_over(engine, saved, None)
    return Opened(
        engine,
        "The desk's file cannot be used, so nothing is kept on disk until the desk is opened again: "
        f"{saved.count(outbox)} not yet sent and {saved.count(drafts)} half written were read from it. "
        "Look whether the disk is full, the file is yours to write, or another desk is open.",
    )


def _what_was_lost(saved: Saved) -> str:
    kept = f"{saved.count(outbox)} not yet sent and {saved.count(drafts)} half written were saved from it"
    lost = (
        "only the stories kept for reading offline are lost."
        if saved.whole
        else "what else was not yet sent or half written is lost: look at the stories of your last calls."
    )
    return f"{kept}; {lost}"


def _remove(path: Path) -> None:
    for part in _PARTS:
        _remove_file(path.with_name(path.name + part))


def _remove_file(path: Path) -> None:
    path.unlink(missing_ok=True)


def _to_disk(folder: Path) -> None:
    """The new names, through a power cut; Windows has no way to, and none to need it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
