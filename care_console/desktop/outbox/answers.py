"""What the service said to the rows of this run, and the later states of the refunds among them."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from uuid import UUID

from care_console.contract.base import Reply
from care_console.contract.changes import ChangeKind
from care_console.contract.charges import Refund
from care_console.desktop.backend.client import Backend, ConnectionState
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement, Changes, LocalKind
from care_console.desktop.outbox.delivery import read_refund

_log = logging.getLogger(__name__)
_MOST = 500


class Answers:
    """Answers by the row's id, the newest 500, in memory alone: a new link's code is among them."""

    def __init__(self, backend: Backend, changes: Changes) -> None:
        self._backend = backend
        self._changes = changes
        self._answers: OrderedDict[UUID, Reply] = OrderedDict()
        self._to_read: set[UUID] = set()
        self._wake = asyncio.Event()

    def get(self, id: UUID) -> Reply | None:
        """The answer to a row."""
        return self._answers.get(id)

    def put(self, id: UUID, answer: Reply) -> None:
        """Keep an answer."""
        self._answers[id] = answer
        self._answers.move_to_end(id)
        while len(self._answers) > _MOST:
            self._answers.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        self._answers.clear()

    def hear(self, change: Announcement) -> None:
        """Mark what has to be read again: a refund that changed; after a pause all open ones."""
        if change.kind is ChangeKind.REFUND:
            self._to_read |= {id for id in self._open() if str(id) == change.id}
        elif change.kind is LocalKind.CONNECTION and change.id == ConnectionState.ONLINE:
            self._to_read |= self._open()
        if self._to_read:
            self._wake.set()

    async def follow(self) -> None:
        """Read refunds as they change, for ever; end it by cancelling it."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._to_read:
                await self._read(self._to_read.pop())

    def _open(self) -> set[UUID]:
        return {
            id for id, answer in self._answers.items() if isinstance(answer, Refund) and answer.state.is_open
        }

    async def _read(self, id: UUID) -> None:
        before = self._answers.get(id)
        if not isinstance(before, Refund):
            return
        try:
            refund = await read_refund(self._backend, before.id)
        except BackendFailure as failure:
            # Read again at the next event about it, or when the connection stands again.
            _log.info("a refund could not be read (%s)", type(failure).__name__)
            return
        if refund != before:
            self.put(id, refund)
            self._changes.announce(Announcement(LocalKind.OUTBOX, str(id), refund.recipient_id))
