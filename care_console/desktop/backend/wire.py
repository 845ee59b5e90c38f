"""One HTTP exchange with the service, and the reading of whatever came back into an answer or a failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from pydantic import ValidationError

from care_console.contract.problems import ProblemReply
from care_console.desktop.backend.failures import AnswerLost, BackendFailure, NotSent, Refused, ServiceTrouble

if TYPE_CHECKING:
    import httpx

_TRY_LATER = frozenset({408, 425, 429})
_IDLE_SECONDS = 3.0
_IN_ONE_GO_SECONDS = 0.01
MOST_BYTES = 64 * 1024 * 1024
"""No answer of the service is longer; a longer one is cut off instead of filling the memory."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds: to connect, for each read of an answer, and between two signs of life of the events.

    `download`: a workbook of millions of rows is made before its first byte comes.
    """

    connect: float = 5.0
    read: float = 8.0
    events: float = 60.0
    download: float = 900.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What to send. `changes`: whether the service may do something because of it."""

    method: str
    path: str
    body: bytes | None = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer (2xx)."""

    status: int
    media_type: str
    content: bytes


class NotSignedIn(Exception):
    """The service answered 401; the session decides what that means. `problem`: why, if it said so."""

    def __init__(self, problem: ProblemReply | None) -> None:
        super().__init__("401")
        self.problem = problem


class Wire:
    """Connections to one service. `reached` is told after an exchange whether the service was there."""

    def __init__(
        self, server: str, *, timeouts: Timeouts | None = None, reached: Callable[[bool], None] | None = None
    ) -> None:
        self.server = server.rstrip("/")
        self._timeouts = timeouts or Timeouts()
        self._client: httpx.AsyncClient | None = None
        self._is_closed = False
        self.reached: Callable[[bool], None] = reached or (lambda _: None)

    async def send(self, exchange: Exchange) -> Answer:
        """Send, and read the answer. Raises NotSignedIn, or NotSent, AnswerLost, Refused, ServiceTrouble."""
        import httpx

        try:
            async with self._open(exchange, self._timeouts.read) as response:
                content = await _read(exchange, response)
        except httpx.TransportError as failure:
            raise self._failed(exchange, failure) from failure
        except httpx.HTTPError as failure:
            raise AnswerLost(exchange.changes) from failure
        self.reached(True)
        return _judge(exchange, response, content)

    async def download(self, exchange: Exchange, write: Callable[[bytes], Awaitable[None]]) -> int:
        """Hand an answer of any length to `write`, piece by piece, as fast as it takes them.

        Returns how many bytes it was. An answer that breaks off raises AnswerLost, and so is never taken for
        whole. Raises as ``send`` does, and whatever `write` raises.
        """
        import httpx

        taken = 0
        try:
            async with self._open(exchange, self._timeouts.download) as response:
                if not response.is_success:
                    _judge(exchange, response, await _read(exchange, response))
                async for piece in _pieces(response):
                    await write(piece)
                    taken += len(piece)
        except httpx.TransportError as failure:
            raise self._failed(exchange, failure) from failure
        except httpx.HTTPError as failure:
            raise AnswerLost(exchange.changes) from failure
        self.reached(True)
        return taken

    @asynccontextmanager
    async def stream(self, exchange: Exchange) -> AsyncIterator[AsyncIterator[str]]:
        """The lines of an answer without an end. Raises as ``send``, and AnswerLost when it breaks off."""
        import httpx

        try:
            async with self._open(exchange, self._timeouts.events) as response:
                if response.status_code != httpx.codes.OK:
                    _judge(exchange, response, await _read(exchange, response))
                    raise ServiceTrouble(response.status_code)
                self.reached(True)
                yield response.aiter_lines()
        except httpx.TransportError as failure:
            raise self._failed(exchange, failure) from failure

    def within(self, url: str) -> str:
        """The path of a url of this service. A url anywhere else is refused: the token goes nowhere else."""
        whole = urljoin(self.server + "/", url)
        ours, theirs = urlsplit(self.server), urlsplit(whole)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise ServiceTrouble(0, "The service pointed to another machine. Nothing was fetched from there.")
        return theirs._replace(scheme="", netloc="").geturl()

    async def close(self) -> None:
        """Close every connection. What is asked for after that is not sent."""
        self._is_closed = True
        if self._client is not None:
            await self._client.aclose()

    @asynccontextmanager
    async def _open(self, exchange: Exchange, read_seconds: float) -> AsyncIterator[httpx.Response]:
        import httpx

        if self._is_closed:
            raise NotSent
        if self._client is None:
            # A proxy of the environment must not stand between the desk and a service on the same machine.
            here = urlsplit(self.server).hostname in ("127.0.0.1", "localhost", "::1")
            # Idle connections end here before they do at the service, so that no call meets an ended one.
            self._client = httpx.AsyncClient(
                follow_redirects=False,
                trust_env=not here,
                limits=httpx.Limits(keepalive_expiry=_IDLE_SECONDS),
            )
        timeout = httpx.Timeout(read_seconds, connect=self._timeouts.connect)
        headers = dict(exchange.headers or {})
        if exchange.body is not None:
            headers["Content-Type"] = "application/json"
        async with self._client.stream(
            exchange.method,
            self.server + exchange.path,
            content=exchange.body,
            params=dict(exchange.params) if exchange.params else None,
            headers=headers,
            timeout=timeout,
        ) as response:
            yield response

    def _failed(self, exchange: Exchange, failure: Exception) -> BackendFailure:
        """Certainly not sent only where no connection ever stood; anything after that may have arrived."""
        import httpx

        never_stood = (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        )
        if not isinstance(failure, never_stood):
            return AnswerLost(exchange.changes)
        self.reached(False)
        return NotSent()


async def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """An answer as it comes. What has arrived is read without a pause, and in very small pieces that takes

    long: a tenth of a second for a buffer full of single bytes, each a TLS record of its own. So the window's
    loop is let go on in between.
    """
    began = time.monotonic()
    async for piece in response.aiter_bytes():
        yield piece
        if time.monotonic() - began > _IN_ONE_GO_SECONDS:
            await asyncio.sleep(0)
            began = time.monotonic()


async def _read(exchange: Exchange, response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in _pieces(response):
        content += chunk
        if len(content) > MOST_BYTES:
            raise AnswerLost(exchange.changes)
    return bytes(content)


def _judge(exchange: Exchange, response: httpx.Response, content: bytes) -> Answer:
    """The answer, or the failure that its status and body make it."""
    status = response.status_code
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if 200 <= status < 300:
        return Answer(status, media_type, content)
    problem = _problem(media_type, content)
    if status == 401:
        raise NotSignedIn(problem)
    if status in _TRY_LATER:
        raise ServiceTrouble(status, problem.detail if problem else None)
    if problem is not None and 400 <= status < 500:
        raise Refused(problem)
    # A page of a proxy, a 5xx, a redirect: nobody can say how far a change came before it.
    raise AnswerLost if exchange.changes else ServiceTrouble(status)


def _problem(media_type: str, content: bytes) -> ProblemReply | None:
    if media_type != "application/problem+json":
        return None
    try:
        return ProblemReply.model_validate_json(content)
    except ValidationError:
        return None


def import_ahead() -> None:
    """Import what the first exchange needs, on a thread that may take its time: a fifth of a second.

    httpx imports the two below it with its first client.
    """
    import anyio  # noqa: F401
    import httpcore  # noqa: F401
    import httpx  # noqa: F401


def body_of(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a body. The same fields give the same bytes, so that a key never meets another body."""
    import json

    return json.dumps(fields, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
