"""The short way through the web framework, for the few reads that are asked for at every key.

A find takes the framework longer than it takes the database. So a plain, well-formed `GET` of these goes
straight to the endpoint's own function; whatever is out of the ordinary (words that do not fit, nobody signed
in, a database that does not answer) is left to the long way, which does it again and says what is wrong.
Both give the same bytes, and a test holds them to it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import structlog
from pydantic import BaseModel
from starlette.types import Scope, Send

from care_console.contract.roles import Permission
from care_console.service.foundation.metrics import tell_answered
from care_console.service.foundation.services import Services
from care_console.service.staff.access import known_actor

log = structlog.get_logger(__name__)

_ALONE_SECONDS = 0.005


class _LongWay(Exception):
    """Something about the request is out of the ordinary."""


@dataclass(frozen=True, slots=True)
class ShortRead:
    """One read: its path with its parameters as groups, who may, what the query's words become, the endpoint.

    `words` gives the endpoint's arguments, or None for words that the long way should judge.
    """

    template: str
    path: re.Pattern[str]
    permission: Permission
    words: Callable[[Mapping[str, str]], dict[str, Any] | None]
    endpoint: Callable[..., Awaitable[BaseModel]]


class Callers:
    """Who asked this process, and when: whoever asks alone may have its answer waited for in place."""

    def __init__(self) -> None:
        self._last: object = None
        self._last_at = self._other_at = float("-inf")

    def is_alone(self, caller: object, now: float) -> bool:
        """Note that somebody asks now; whether nobody else did in the last few milliseconds."""
        if caller != self._last:
            self._last, self._other_at = caller, self._last_at
        self._last_at = now
        return now - self._other_at > _ALONE_SECONDS


class ShortWay:
    """Answers what it can by itself; the rest is the framework's."""

    def __init__(self, services: Services, reads: Sequence[ShortRead]) -> None:
        self._services = services
        self._reads = reads
        self._callers = Callers()

    async def answers(self, scope: Scope, send: Send) -> bool:
        """Whether it has answered; where it has not, nothing was sent."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return False
        for read in self._reads:
            found = read.path.fullmatch(scope["path"])
            if found is not None:
                began = time.perf_counter()
                is_alone = self._callers.is_alone(scope.get("client"), began)
                try:
                    body = await self._read(scope, read, found.groupdict(), is_alone)
                except Exception as error:  # noqa: BLE001 - the long way meets it again, and tells of it
                    if not isinstance(error, _LongWay):
                        log.info("request.long_way", route=read.template, why=type(error).__name__)
                    return False
                took = time.perf_counter() - began
                await _answer(send, body)
                tell_answered("GET", read.template, 200, took)  # behind the answer: nobody waits for it
                return True
        return False

    async def _read(self, scope: Scope, read: ShortRead, place: dict[str, str], is_alone: bool) -> bytes:
        words = read.words(_said(scope["query_string"].decode("ascii")))
        if words is None:
            raise _LongWay
        bearer = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        origin = scope["client"][0] if scope.get("client") else "unknown"
        pool = self._services.database.readers
        connection = await pool.take()
        connection.waits_in_place = is_alone
        try:
            actor = await known_actor(connection, self._services.clock.now(), bearer.decode("latin-1"))
            if not actor.may(read.permission):
                raise _LongWay
            ctx = self._services.context(connection, actor, origin)
            reply = await read.endpoint(ctx, **place, **words)
            await connection.flush()  # no entry, no answer
        finally:
            pool.give_back(connection)
        return reply.__pydantic_serializer__.to_json(reply)


def _said(query: str) -> dict[str, str]:
    """The words of a query; ValueError for bytes that are no text."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return {_plain(name): _plain(value) for name, _, value in pairs}


def _plain(word: str) -> str:
    return unquote_plus(word, errors="strict") if "%" in word or "+" in word else word


async def _answer(send: Send, body: bytes) -> None:
    headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
