"""The outbox's rows in memory, in step with the disk: a row is on disk before anybody is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from care_console.desktop.changes import Announcement, Changes, LocalKind
from care_console.desktop.outbox import rows
from care_console.desktop.outbox.fates import after_restart
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.store.store import Store


class Rack:
    """All rows, oldest first. Changes are announced (OUTBOX, id = the row's)."""

    def __init__(self, store: Store, changes: Changes) -> None:
        self._store = store
        self._changes = changes
        self._rows: dict[UUID, PendingAction] = {}

    def __iter__(self) -> Iterator[PendingAction]:
        return iter(tuple(self._rows.values()))

    def get(self, id: UUID) -> PendingAction | None:
        """A row, if it is still there."""
        return self._rows.get(id)

    async def load(self) -> None:
        """Take up the rows of before."""
        loaded = await self._store.run(rows.load)
        left = await self._store.run(rows.count) - len(loaded)
        if left:
            self._store.say(
                f"{left} not yet sent cannot be read by this version of the desk and stay on disk; "
                "a later version sends them. Look at the stories of your last calls."
            )
        self._rows = {row.id: after_restart(row) for row in loaded}

    async def take_in(self, action: PendingAction) -> None:
        """A new row; older refusals of the same thing go."""
        await self._store.run(lambda connection: rows.take_in(connection, action))
        for row in self:
            if not row.is_live and (row.verb, row.subject_id) == (action.verb, action.subject_id):
                del self._rows[row.id]
        self._rows[action.id] = action
        self._announce(action)

    async def save(self, row: PendingAction) -> None:
        """Where a row stands, told once it is on disk; a refused one is a draft again with that.

        The lanes see it at once: what is being sent cannot be taken back while that is being written down.
        """
        if row.id in self._rows:
            self._rows[row.id] = row
        work = rows.refuse if row.state is PendingState.REFUSED else rows.save
        await self._store.run(lambda connection: work(connection, row))
        self._announce(row)

    def show(self, row: PendingAction) -> None:
        """Where a row stands, for this run only."""
        if row.id in self._rows and self._rows[row.id] != row:
            self._rows[row.id] = row
            self._announce(row)

    async def remove(self, *gone: PendingAction, to_draft: bool = False) -> None:
        """Take rows out; at once from here, so that no lane takes one up in the meantime."""
        for row in gone:
            self._rows.pop(row.id, None)
        work = rows.take_back if to_draft else rows.remove
        await self._store.run(lambda connection: work(connection, *gone))
        for row in gone:
            self._announce(row)

    def withdrawal_of(self, refund_id: UUID) -> PendingAction | None:
        """The live row that takes a refund back."""
        return next(
            (
                row
                for row in self
                if row.verb is Verb.WITHDRAW_REFUND and row.is_live and row.subject_id == str(refund_id)
            ),
            None,
        )

    def _announce(self, row: PendingAction) -> None:
        self._changes.announce(Announcement(LocalKind.OUTBOX, str(row.id), row.recipient_id))
