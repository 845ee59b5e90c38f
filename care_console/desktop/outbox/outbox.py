"""The outbox: rows written with the person's key press, and the worker that brings them to the service."""

from __future__ import annotations

from uuid import UUID

from care_console.contract.base import Reply
from care_console.desktop.outbox.pending import PendingAction


class Outbox:
    """What is still to be sent."""

    def pending(self, recipient_id: str | None = None) -> tuple[PendingAction, ...]:
        """The rows, in the order in which they go; of one recipient, or of all."""
        raise NotImplementedError

    def find(self, id: UUID) -> PendingAction | None:
        """One row; None once it was answered (see ``answer``) or taken back."""
        raise NotImplementedError

    def answer(self, id: UUID) -> Reply | None:
        """What the service said to a row of this run: Refund, OptOut, ReissuedLink or Note.

        A refund's is renewed, and announced again (OUTBOX), as the service tells of its later states.
        """
        raise NotImplementedError

    async def add(self, action: PendingAction) -> PendingAction:
        """Write a row and remove the draft it came from, in one transaction; returns the row on disk.

        Pressing twice gives the first row again. Raises AlreadyOnItsWay.
        """
        raise NotImplementedError

    async def confirm(self, id: UUID) -> None:
        """The person's word that money from before a restart shall still go."""
        raise NotImplementedError

    async def take_back(self, id: UUID) -> bool:
        """Make a row that certainly never arrived a draft again. False where it may have arrived."""
        raise NotImplementedError

    async def dismiss(self, id: UUID) -> None:
        """Put a refused row away, once it was read. Its draft stays."""
        raise NotImplementedError

    async def hold_money(self) -> None:
        """Let no money go from here on without its person's word."""
        raise NotImplementedError

    async def run(self) -> None:
        """Send rows, for ever; end it by cancelling it."""
        raise NotImplementedError
