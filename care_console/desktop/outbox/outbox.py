"""The outbox: rows written with the person's key press, and the worker that brings them to the service.

What each failure of a call does to its row:

- *not sent* (``NotSent``): certainly never arrived. The row stays ``queued``; all wait for the connection.
- *answer lost* (``AnswerLost``; a 5xx too): it may have been done. ``checking``: the same key and body are
  sent again, later each time, until an answer comes. Never "failed".
- *refused* (``Refused``): nothing was done. ``refused``, and a draft again, with the service's sentence.
- *try later* (``ServiceTrouble``: 429 and the like): nothing was done. The row is sent again later.
- *sign in to go on* (``SignInNeeded``): nothing was done. ``paused`` until its person signs in; a STOP goes
  as whoever signs in next and may take one.

An answered row is gone from here; its answer is in ``answer``. After a restart everything resumes but money,
which is ``needs_confirmation`` until ``confirm``; where it may have arrived before, reading tells, and moves
nothing. A STOP goes before all else, in a lane of its own.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

from care_console.contract.base import Reply
from care_console.desktop.backend.backoff import Backoff
from care_console.desktop.backend.client import Backend
from care_console.desktop.changes import Changes
from care_console.desktop.outbox.answers import Answers
from care_console.desktop.outbox.fates import NEVER_LEFT, after_restart, resumed
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, PendingState, Verb
from care_console.desktop.outbox.rack import Rack
from care_console.desktop.outbox.worker import Lane, Worker, lane_of
from care_console.desktop.store.store import Store

_PATIENT = Backoff(first_seconds=1.0, most_seconds=8.0)
"""Within ten seconds of the line's healing everything is on its way."""


class Outbox:
    """What is still to be sent. ``load`` it before anything else."""

    def __init__(
        self, backend: Backend, store: Store, changes: Changes, *, backoff: Backoff = _PATIENT
    ) -> None:
        self._changes = changes
        self._rack = Rack(store, changes)
        self._answers = Answers(backend, changes)
        self._worker = Worker(self._rack, backend, self._answers, backoff)
        self._adding = asyncio.Lock()
        self._tasks: set[asyncio.Task[PendingAction]] = set()

    async def load(self) -> None:
        """Take up what was not answered when the desk last ended."""
        await self._rack.load()

    def pending(self, recipient_id: str | None = None) -> tuple[PendingAction, ...]:
        """The rows, in the order in which they go (a STOP first); of one recipient, or of all."""
        rows = [row for row in self._rack if recipient_id is None or row.recipient_id == recipient_id]
        return tuple(sorted(rows, key=lambda row: lane_of(row) is not Lane.STOP))

    def find(self, id: UUID) -> PendingAction | None:
        """One row; None once it was answered (see ``answer``) or taken back."""
        return self._rack.get(id)

    def answer(self, id: UUID) -> Reply | None:
        """What the service said to a row of this run: Refund, OptOut, ReissuedLink, Note or Contact.

        A refund's is renewed, and announced again (OUTBOX), as the service tells of its later states.
        """
        return self._answers.get(id)

    async def add(self, action: PendingAction) -> PendingAction:
        """Write a row and remove the draft it came from, in one transaction; returns the row on disk.

        Pressing twice gives the first row again. Raises AlreadyOnItsWay. Whoever is cancelled while waiting
        has asked all the same.
        """
        task = asyncio.create_task(self._add(action), name="add to the outbox")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def confirm(self, id: UUID) -> None:
        """The person's word that money from before a restart shall still go."""
        row = self._rack.get(id)
        if row is not None and row.state is PendingState.NEEDS_CONFIRMATION:
            await self._rack.save(resumed(row))
            self._worker.review()

    async def take_back(self, id: UUID) -> bool:
        """Make a row that certainly never arrived a draft again. False where it may have, or is gone."""
        row = self._rack.get(id)
        if row is None or not row.is_live or row.maybe_arrived:
            return False
        await self._rack.remove(row, to_draft=True)
        return True

    async def dismiss(self, id: UUID) -> None:
        """Put a refused row away, once it was read. Its draft stays."""
        row = self._rack.get(id)
        if row is not None and not row.is_live:
            await self._rack.remove(row)

    async def hold_money(self) -> None:
        """Let no money go from here on without its person's word."""
        held = [
            after_restart(row)
            for row in self._rack
            if row.verb.moves_money and row.is_live and row.state is not PendingState.SENDING
        ]
        for row in held:
            self._rack.show(row)
        for row in held:
            await self._rack.save(row)

    async def forget_people(self) -> None:
        """Forget answers and what was refused; what is still to be sent stays, and so does a refused STOP:

        somebody still has to put that right.
        """
        self._answers.clear()
        done_with = [row for row in self._rack if not row.is_live and row.verb is not Verb.OPT_OUT]
        await self._rack.remove(*done_with)

    async def run(self) -> None:
        """Send rows, for ever; end it by cancelling it."""
        end = self._changes.subscribe(self._worker.hear)
        try:
            await self._worker.run()
        finally:
            end()

    async def _add(self, action: PendingAction) -> PendingAction:
        async with self._adding:
            before = self._same_again(action)
            if before is not None:
                return before
            if action.verb is Verb.WITHDRAW_REFUND and await self._never_left(UUID(action.subject_id)):
                return replace(action, problem=NEVER_LEFT)
            await self._rack.take_in(action)
        self._worker.review()
        return self._rack.get(action.id) or action

    def _same_again(self, action: PendingAction) -> PendingAction | None:
        """The row that is there already for what is asked; raises where that is another of the same thing."""
        for row in self._rack:
            if not row.is_live or (row.verb, row.subject_id) != (action.verb, action.subject_id):
                continue
            if row.id == action.id or dict(row.body) == dict(action.body):
                return row
            if action.verb.one_at_a_time:
                raise AlreadyOnItsWay(row)
        return None

    async def _never_left(self, refund_id: UUID) -> bool:
        """Whether the refund still lies here unsent; then it is gone now."""
        refund = self._rack.get(refund_id)
        if refund is None or not refund.is_live or refund.maybe_arrived:
            return False
        await self._rack.remove(refund)
        return True
