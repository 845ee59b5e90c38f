"""The short way through the web framework, for the few reads that are asked for at every key.

A find takes the framework longer than it takes the database. So a plain, well-formed `GET` of these goes
straight to the endpoint's own function; whatever is out of the ordinary (words that do not fit, nobody signed
in, a database that does not answer) is left to the long way, which does it again and says what is wrong.
Both give the same bytes, and a test holds them to it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

import structlog
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from care_console.contract.roles import Permission
from care_console.service.foundation.context import NOBODY
from care_console.service.foundation.quick import flush
from care_console.service.foundation.services import Services
from care_console.service.staff.access import known_actor

log = structlog.get_logger(__name__)


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


@dataclass(frozen=True, slots=True)
class _Route:
    path: str


class ShortWayMiddleware:
    """Answers what it can by itself, and hands the rest on."""

    def __init__(self, app: ASGIApp, services: Services, reads: Sequence[ShortRead]) -> None:
        self._app = app
        self._services = services
        self._reads = [(read, _Route(read.template)) for read in reads]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] == "http" and scope["method"] == "GET":
            for read, route in self._reads:
                found = read.path.fullmatch(scope["path"])
                if found is not None:
                    try:
                        body = await self._read(scope, read, found.groupdict())
                    except Exception as error:  # noqa: BLE001 - the long way meets it again, and tells of it
                        if not isinstance(error, _LongWay):
                            log.info("request.long_way", route=route.path, why=type(error).__name__)
                        break
                    scope["route"] = route
                    await _answer(send, body)
                    return
        await self._app(scope, receive, send)

    async def _read(self, scope: Scope, read: ShortRead, place: dict[str, str]) -> bytes:
        query = scope["query_string"]
        said = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict") if query else []
        words = read.words(dict(said))
        if words is None:
            raise _LongWay
        bearer = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        origin = scope["client"][0] if scope.get("client") else "unknown"
        async with self._services.database.reading() as connection:
            ctx = self._services.context(connection, NOBODY, origin)
            ctx = replace(ctx, actor=await known_actor(ctx, bearer.decode("latin-1")))
            if not ctx.actor.may(read.permission):
                raise _LongWay
            reply = await read.endpoint(ctx, **place, **words)
            await flush(connection)  # no entry, no answer
        return reply.__pydantic_serializer__.to_json(reply)


async def _answer(send: Send, body: bytes) -> None:
    headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
