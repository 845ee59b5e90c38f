"""The desk's encrypted file, worked by one thread of its own so that the window's never waits for a disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
    """Drafts, outbox rows, and what was read lately."""

    @property
    def notice(self) -> str | None:
        """A sentence for the person where opening it was not plain: what was lost, or that nothing is kept."""
        raise NotImplementedError

    async def save_draft(self, kind: str, subject_id: str, fields: Mapping[str, Any]) -> Draft:
        """Keep what is half written; on disk when it returns. `kind` is a Verb's word."""
        raise NotImplementedError

    async def load_draft(self, kind: str, subject_id: str) -> Draft | None:
        """What was half written about a subject, if anything."""
        raise NotImplementedError

    async def drop_draft(self, kind: str, subject_id: str) -> None:
        """Forget what was half written."""
        raise NotImplementedError

    async def keep(self, kind: str, id: str, body: str, read_at: datetime) -> None:
        """Keep what was read from the service (JSON)."""
        raise NotImplementedError

    async def load_kept(self, kind: str, id: str) -> KeptReply | None:
        """What was read last, if it is still kept."""
        raise NotImplementedError

    async def belongs_to(self, login: str) -> None:
        """Whose desk it is; what another person left is forgotten first."""
        raise NotImplementedError

    async def forget_people(self) -> None:
        """Forget drafts and stories; what is still to be sent stays."""
        raise NotImplementedError

    async def drafts(self) -> tuple[Draft, ...]:
        """Everything half written, newest first."""
        raise NotImplementedError
