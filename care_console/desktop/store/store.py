"""The desk's encrypted file, worked by one thread of its own so that the window's never waits for a disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from care_console.contract.card_numbers import mask_card_numbers
from care_console.desktop.keychain import Keychain, KeychainUnavailable
from care_console.desktop.one_thread import OneThread
from care_console.desktop.store import tables
from care_console.desktop.store.opening import (
    NOTICE,
    Opened,
    close_file,
    new_key,
    open_file,
    open_in_memory,
    remove_set_aside,
)
from care_console.desktop.store.turns import Occupied, Turns

T = TypeVar("T")
_KEY_NAME = "store key"
_KEPT_FOR = timedelta(hours=24)
"""The stories opened today can be read offline; older ones are gone when the desk opens."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Something half written. `fields` are the request's; `problem` why it was refused, if it was."""

    kind: str
    subject_id: str
    fields: Mapping[str, Any]
    saved_at: datetime
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class KeptReply:
    """A reply of the service as JSON, and when it was read."""

    body: str
    read_at: datetime


class Store:
    """Drafts, outbox rows, and what was read lately. Opened by ``open_store``."""

    def __init__(self, opened: Opened, thread: OneThread, turns: Turns, folder: Path | None) -> None:
        self._opened = opened
        self._engine = opened.engine
        self._notice = opened.notice
        self._thread = thread
        self._turns = turns
        self._folder = folder

    @property
    def notice(self) -> str | None:
        """A sentence for the person where opening was not plain: what was lost, or that nothing is kept."""
        return self._notice

    def say(self, sentence: str) -> None:
        """Say this too, beside what opening has to say."""
        self._notice = f"{self._notice} {sentence}" if self._notice else sentence

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do some work in one transaction, on disk when it returns; all or nothing of it."""
        return await self._thread.run(self._transact, work)

    async def save_draft(self, kind: str, subject_id: str, fields: Mapping[str, Any]) -> Draft:
        """Keep what is half written; on disk when it returns. `kind` is a Verb's word.

        A card number typed into a text is masked here already: none is ever stored (PCI DSS 4.0.1, 3.2).
        """
        masked = {
            name: mask_card_numbers(value) if isinstance(value, str) else value
            for name, value in fields.items()
        }
        draft = Draft(kind, subject_id, masked, datetime.now(UTC))
        await self.run(lambda connection: write_draft(connection, draft))
        return draft

    async def load_draft(self, kind: str, subject_id: str) -> Draft | None:
        """What was half written about a subject, if anything."""
        query = select(tables.drafts).where(*_draft_at(kind, subject_id))
        row = await self.run(lambda connection: connection.execute(query).one_or_none())
        return _draft(row) if row else None

    async def drop_draft(self, kind: str, subject_id: str) -> None:
        """Forget what was half written."""
        await self.run(lambda connection: remove_draft(connection, kind, subject_id))

    async def drafts(self) -> tuple[Draft, ...]:
        """Everything half written, newest first."""
        query = select(tables.drafts).order_by(tables.drafts.c.saved_at.desc())
        rows = await self.run(lambda connection: connection.execute(query).all())
        return tuple(_draft(row) for row in rows)

    async def keep(self, kind: str, id: str, body: str, read_at: datetime) -> None:
        """Keep what was read from the service (JSON)."""
        new = insert(tables.kept).values(kind=kind, id=id, body=body, read_at=read_at)
        newest = new.on_conflict_do_update(
            index_elements=["kind", "id"], set_={"body": new.excluded.body, "read_at": new.excluded.read_at}
        )
        await self.run(lambda connection: connection.execute(newest))

    async def load_kept(self, kind: str, id: str) -> KeptReply | None:
        """What was read last, if it is still kept."""
        kept = tables.kept.c
        query = select(kept.body, kept.read_at).where(kept.kind == kind, kept.id == id)
        row = await self.run(lambda connection: connection.execute(query).one_or_none())
        return KeptReply(row.body, row.read_at) if row else None

    async def set_fact(self, name: str, value: str | None) -> None:
        """Keep a word about this desk; None: forget it."""
        await self.run(lambda connection: _set_fact(connection, name, value))

    async def fact(self, name: str) -> str | None:
        """A word kept about this desk."""
        query = select(tables.facts.c.value).where(tables.facts.c.name == name)
        return await self.run(lambda connection: connection.execute(query).scalar_one_or_none())

    async def belongs_to(self, login: str) -> bool:
        """Whose desk it is. What another person left is forgotten first; True where there was another."""
        return await self.run(lambda connection: _belong_to(connection, login))

    async def forget_people(self) -> None:
        """Forget drafts, stories and damaged files set aside; what is still to be sent stays."""
        await self.run(_forget)
        await self.run(_forget_notice)
        if self._folder is not None:
            await self._thread.run(remove_set_aside, self._folder)

    async def close(self) -> None:
        """Finish what was begun, and close the file."""
        await self._thread.run(self._close)
        self._thread.stop()

    def _close(self) -> None:
        if self._opened.is_on_disk:
            close_file(self._engine, self._turns)
        self._engine.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)


async def open_store(folder: Path, keychain: Keychain) -> Store:
    """Open the store of a folder, whatever its state; ``notice`` says what was not plain about it.

    Its key is made at first use and lies in the keychain alone. Raises OSError for an unusable folder.
    """
    thread, turns = OneThread("store"), Turns(folder)
    key = await _key(keychain, folder, thread, turns)
    opened = await (thread.run(open_file, folder, key, turns) if key else thread.run(open_in_memory))
    store = Store(opened, thread, turns, folder if key else None)
    too_old = delete(tables.kept).where(tables.kept.c.read_at < datetime.now(UTC) - _KEPT_FOR)
    await store.run(lambda connection: connection.execute(too_old))
    return store


async def _key(keychain: Keychain, folder: Path, thread: OneThread, turns: Turns) -> str | None:
    """The file's key; None where no keychain would give it back after a restart."""
    if not keychain.durable:
        return None
    try:
        key = await keychain.read(_KEY_NAME)
        if key is None:
            await thread.run(partial(folder.mkdir, parents=True, exist_ok=True, mode=0o700))
            # In our turn: a key written over that of another desk would make its file look damaged.
            async with _turn(thread, turns):
                key = await keychain.read(_KEY_NAME) or await _new_key(keychain)
    except (KeychainUnavailable, Occupied):
        return None
    return key


@asynccontextmanager
async def _turn(thread: OneThread, turns: Turns) -> AsyncIterator[None]:
    held = turns.taken()
    await thread.run(held.__enter__)
    try:
        yield
    finally:
        await thread.run(held.__exit__, None, None, None)


async def _new_key(keychain: Keychain) -> str | None:
    if not await keychain.write(_KEY_NAME, new_key()):
        await keychain.forget(_KEY_NAME)
    return await keychain.read(_KEY_NAME)


def write_draft(connection: Connection, draft: Draft) -> None:
    """Put a draft in the place of the one before, within the caller's transaction."""
    values = {
        "fields": dict(draft.fields),
        "problem": draft.problem,
        "saved_at": draft.saved_at,
    }
    new = insert(tables.drafts).values(kind=draft.kind, subject_id=draft.subject_id, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["kind", "subject_id"], set_=values))


def remove_draft(connection: Connection, kind: str, subject_id: str) -> None:
    """Remove a draft, within the caller's transaction."""
    connection.execute(delete(tables.drafts).where(*_draft_at(kind, subject_id)))


def _draft_at(kind: str, subject_id: str) -> tuple[Any, Any]:
    return tables.drafts.c.kind == kind, tables.drafts.c.subject_id == subject_id


def _draft(row: Any) -> Draft:
    return Draft(row.kind, row.subject_id, row.fields, row.saved_at, row.problem)


def _belong_to(connection: Connection, login: str) -> bool:
    facts = tables.facts
    before = connection.execute(select(facts.c.value).where(facts.c.name == "login")).scalar_one_or_none()
    another = before not in (None, login)
    if another:
        _forget(connection)
    _set_fact(connection, "login", login)
    return another


def _set_fact(connection: Connection, name: str, value: str | None) -> None:
    facts = tables.facts
    if value is None:
        connection.execute(delete(facts).where(facts.c.name == name))
        return
    new = insert(facts).values(name=name, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _forget_notice(connection: Connection) -> None:
    connection.execute(delete(tables.facts).where(tables.facts.c.name == NOTICE))


def _forget(connection: Connection) -> None:
    for table in (tables.drafts, tables.kept):
        connection.execute(delete(table))
