"""What changed, told at commit to every desk that listens: PostgreSQL's NOTIFY, one channel."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from sqlalchemy import text

from care_console.contract.changes import Change, ChangeKind
from care_console.service.foundation.context import Context

CHANNEL = "care_changes"
QUEUE_LENGTH = 1000
# A connection that only listens does not notice by itself that the other end is gone.
_KEEP_ALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}

_TELL = text("SELECT pg_notify(:channel, told) FROM unnest(CAST(:told AS text[])) AS told")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """One change, as the stream sends it."""

    kind: ChangeKind
    change: Change
    session_id: int | None = None


async def announce(
    ctx: Context, kind: ChangeKind, identifier: object, *, recipient_id: int | None = None
) -> None:
    """Tell the desks at commit that something changed, and on whose story."""
    await _tell(ctx, _payload(ctx, kind, identifier, recipient_id))


async def announce_message(ctx: Context, message_id: int, recipient_id: int) -> None:
    """Tell the desks at commit that a message changed, and its recipient's story with it."""
    message = _payload(ctx, ChangeKind.MESSAGE, message_id, recipient_id)
    await _tell(ctx, message, _story(ctx, recipient_id))


async def announce_stories(ctx: Context, recipient_ids: Iterable[int]) -> None:
    """Tell the desks at commit that the stories of these recipients changed."""
    await _tell(ctx, *(_story(ctx, one) for one in recipient_ids))


async def _tell(ctx: Context, *payloads: str) -> None:
    if payloads:
        await ctx.connection.write(_TELL, {"channel": CHANNEL, "told": list(payloads)})


def _story(ctx: Context, recipient_id: int) -> str:
    return _payload(ctx, ChangeKind.RECIPIENT, recipient_id, recipient_id)


def _payload(ctx: Context, kind: ChangeKind, identifier: object, recipient_id: int | None) -> str:
    of = None if recipient_id is None else str(recipient_id)
    told = {"kind": kind.value, "id": str(identifier), "recipient_id": of, "by": ctx.actor.session_id}
    return json.dumps(told)


class EventHub:
    """Listens once for the whole process, and hands each event to every desk that is connected."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._desks: set[asyncio.Queue[Event | None]] = set()
        self._version = 0
        self.closing = False

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made anew, and the desks are told to read again."""
        while True:
            with suppress(psycopg.Error, OSError):
                await self._listen()
            log.warning("events.connection_lost")
            self._drop_all()
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        connect = psycopg.AsyncConnection.connect(self._url, autocommit=True, **_KEEP_ALIVE)
        async with await connect as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            # Whoever came while nobody listened may have missed a change: they come again and read anew.
            self._drop_all()
            async for notification in connection.notifies():
                event = self._read(notification.payload)
                for desk in self._desks if event else ():
                    self._give(desk, event)

    def _read(self, payload: str) -> Event | None:
        try:
            read = json.loads(payload)
            kind = ChangeKind(read["kind"])
            # Notifications come in the order of commits, which the beginnings of transactions do not have.
            self._version = max(self._version + 1, time.time_ns() // 1000)
            change = Change(id=read["id"], version=self._version, recipient_id=read["recipient_id"])
            return Event(kind, change, read.get("by"))
        except (ValueError, KeyError, TypeError) as error:
            # Another release's, while one takes the place of the other: no reason to tell nothing any more.
            log.warning("events.not_understood", exc_info=error)
            return None

    def _give(self, desk: asyncio.Queue[Event | None], event: Event | None) -> None:
        # A desk that does not read is cut off; it connects again and reads everything anew.
        if desk.full():
            desk.get_nowait()
            event = None
        desk.put_nowait(event)

    def _drop_all(self) -> None:
        for desk in self._desks:
            self._give(desk, None)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self.closing = True
        self._drop_all()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Event | None]]:
        """A queue of events from now on; None says that the stream is broken off."""
        desk: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE_LENGTH)
        self._desks.add(desk)
        try:
            yield desk
        finally:
            self._desks.discard(desk)
