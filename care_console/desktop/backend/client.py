"""Calls to the service as the rest of the desk makes them: a reply of the contract, or a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from care_console.contract.base import Reply, Request
from care_console.contract.changes import Change, ChangeKind
from care_console.contract.session import WhoAmI
from care_console.desktop.backend.backoff import Backoff
from care_console.desktop.backend.events import Event, read_events
from care_console.desktop.backend.failures import AnswerLost, BackendFailure
from care_console.desktop.backend.session import Session, SessionState
from care_console.desktop.backend.wire import Answer, Exchange, NotSignedIn, Wire, body_of
from care_console.desktop.changes import Announcement, Changes, LocalKind

R = TypeVar("R", bound=Reply)
Params = Mapping[str, str | int | None]
_log = logging.getLogger(__name__)
_TRIES_TO_READ = 2
"""A read is made once more where its answer was lost: the service may just have closed an idle connection."""


class ConnectionState(StrEnum):
    """Whether the service can be reached. Signed out and expired are the session's states, not these."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


class Backend:
    """The service, for whoever is signed in. Every method may raise any ``BackendFailure``."""

    def __init__(
        self, wire: Wire, session: Session, changes: Changes, *, backoff: Backoff | None = None
    ) -> None:
        self.server = wire.server
        self.session = session
        self._wire = wire
        self._changes = changes
        self._backoff = backoff or Backoff()
        self._connection = ConnectionState.CONNECTING
        self._told = 0
        wire.reached = self._reached

    @property
    def connection(self) -> ConnectionState:
        """Whether the service could be reached when last tried; changes are announced (CONNECTION)."""
        return self._connection

    async def get(self, path: str, reply: type[R], params: Params | None = None) -> R:
        """Read something."""
        return _parse(await self._read(Exchange("GET", path, params=_given(params))), reply)

    async def post(self, path: str, body: Request | Mapping[str, Any], reply: type[R], *, key: UUID) -> R:
        """Ask for something to be done; the same key and body again do it no second time."""
        fields = body.model_dump(mode="json") if isinstance(body, Request) else body
        headers = {"Idempotency-Key": str(key)}
        exchange = Exchange("POST", path, body_of(fields), headers=headers, changes=True)
        return _parse(await self.session.call(exchange), reply)

    async def put(self, path: str, body: Request, reply: type[R]) -> R:
        """Put something in the place of what was there; doing it again changes nothing more."""
        return _parse(
            await self.session.call(Exchange("PUT", path, body_of(body.model_dump(mode="json")))), reply
        )

    async def delete(self, path: str, reply: type[R], *, key: UUID | None = None) -> R:
        """Take something back."""
        headers = {"Idempotency-Key": str(key)} if key else None
        return _parse(await self.session.call(Exchange("DELETE", path, headers=headers, changes=True)), reply)

    async def sound(self, url: str) -> bytes:
        """The whole sound behind a preview's url, in memory only."""
        return (await self._read(Exchange("GET", self._wire.within(url)))).content

    async def download(
        self, path: str, params: Params | None, write: Callable[[bytes], Awaitable[None]]
    ) -> int:
        """Hand what is at a path to `write`, piece by piece; how many bytes it was. See ``Wire.download``."""
        exchange = Exchange("GET", path, params=_given(params))
        return await self.session.through(exchange, lambda signed: self._wire.download(signed, write))

    async def events(self) -> None:
        """Listen to what changes and announce it, for ever, reconnecting; end it by cancelling it.

        What happened while nobody listened is not told again: who must know reads anew when CONNECTION says
        online, which it does each time that the stream stands again.
        """
        failures = 0
        while True:
            await self._somebody_signed_in()
            told = self._told
            await self._while_this_session_lasts(self._listen())
            failures = 1 if self._told > told else failures + 1
            if self._is_signed_in():
                await asyncio.sleep(self._backoff.seconds(failures))

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def _read(self, exchange: Exchange) -> Answer:
        for _ in range(_TRIES_TO_READ - 1):
            try:
                return await self.session.call(exchange)
            except AnswerLost:
                _log.info("an answer was lost; reading again")
        return await self.session.call(exchange)

    async def _while_this_session_lasts(self, listening: Coroutine[Any, Any, None]) -> None:
        """Listen until the stream ends, or the person changes: nobody hears what another may see."""
        task = asyncio.create_task(listening, name="listen to events")

        def look(change: Announcement) -> None:
            if change.kind is LocalKind.SESSION:
                task.cancel()

        end = self._changes.subscribe(look)
        try:
            await asyncio.wait({task})
        finally:
            end()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self) -> None:
        """One stream, from its beginning to its end. An ended token is renewed for the next one."""
        try:
            tokens = self.session.usable_tokens()
            exchange = Exchange("GET", "/v1/events", headers={"Accept": "text/event-stream"})
            try:
                async with self._wire.stream(self.session.signed(exchange, tokens)) as lines:
                    self._announce_connection(ConnectionState.ONLINE)
                    async for event in read_events(lines):
                        self._told += 1
                        await self._tell(event)
            except NotSignedIn:
                await self.session.renew(tokens)
        except BackendFailure as failure:
            _log.info("the event stream ended (%s)", type(failure).__name__)

    async def _tell(self, event: Event) -> None:
        if event.name not in set(ChangeKind):
            return
        try:
            change = Change.model_validate_json(event.data)
        except ValidationError:
            _log.warning("an event of kind %s could not be read", event.name)
            return
        kind = ChangeKind(event.name)
        if kind is ChangeKind.SESSION:
            await self._ask_who_i_am()
        told = Announcement(kind, change.id, change.recipient_id, change.version, change.yours)
        self._changes.announce(told)

    async def _ask_who_i_am(self) -> None:
        try:
            await self.get("/v1/session", WhoAmI)
        except BackendFailure as failure:
            _log.info("the session was asked about: %s", type(failure).__name__)

    async def _somebody_signed_in(self) -> None:
        signed_in = asyncio.Event()

        def look(_: Announcement) -> None:
            if self._is_signed_in():
                signed_in.set()

        end = self._changes.subscribe(look)
        try:
            if not self._is_signed_in():
                await signed_in.wait()
        finally:
            end()

    def _is_signed_in(self) -> bool:
        return self.session.state is SessionState.SIGNED_IN

    def _reached(self, answered: bool) -> None:
        state = ConnectionState.ONLINE if answered else ConnectionState.OFFLINE
        if state is not self._connection:
            self._announce_connection(state)

    def _announce_connection(self, state: ConnectionState) -> None:
        self._connection = state
        self._changes.announce(Announcement(LocalKind.CONNECTION, state.value))


def _given(params: Params | None) -> dict[str, str]:
    return {name: str(value) for name, value in (params or {}).items() if value is not None}


def _parse(answer: Answer, reply: type[R]) -> R:
    """The reply. A good answer that is not one is taken for lost: something else may have written it."""
    try:
        return reply.model_validate_json(answer.content)
    except ValidationError as failure:
        _log.warning("an answer was no %s: %d errors", reply.__name__, failure.error_count())
        raise AnswerLost from None
