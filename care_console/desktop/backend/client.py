"""Calls to the service as the rest of the desk makes them: a contract's reply back, or one of the failures."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from care_console.contract.base import Reply, Request
from care_console.desktop.backend.session import Session
from care_console.desktop.changes import Changes

R = TypeVar("R", bound=Reply)
Params = Mapping[str, str | int | None]


class ConnectionState(StrEnum):
    """Whether the service can be reached. Signed out and expired are the session's states, not these."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


class Backend:
    """The service, for whoever is signed in. Every method may raise any ``BackendFailure``."""

    def __init__(self, server: str, session: Session, changes: Changes) -> None:
        self.server = server
        self.session = session

    @property
    def connection(self) -> ConnectionState:
        """Whether the service could be reached when last tried; changes are announced (CONNECTION)."""
        raise NotImplementedError

    async def get(self, path: str, reply: type[R], params: Params | None = None) -> R:
        """Read something."""
        raise NotImplementedError

    async def post(self, path: str, body: Request | Mapping[str, Any], reply: type[R], *, key: UUID) -> R:
        """Ask for something to be done; the same key and body again do it no second time."""
        raise NotImplementedError

    async def delete(self, path: str, reply: type[R], *, key: UUID | None = None) -> R:
        """Take something back."""
        raise NotImplementedError

    async def sound(self, url: str) -> bytes:
        """The whole sound behind a preview's url, in memory only."""
        raise NotImplementedError

    async def events(self) -> None:
        """Listen to what changes and announce it, for ever, reconnecting; end it by cancelling it."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close every connection."""
        raise NotImplementedError
