"""How the small service answers: replies as JSON, and problems as documents of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from care_console.contract.base import Reply
from care_console.contract.problems import ProblemReply, ProblemType

Endpoint = Callable[[Request], Awaitable[Response]]


class Problem(Exception):
    """Ends a request with a problem document."""

    def __init__(self, status: int, kind: ProblemType, detail: str) -> None:
        self.reply = ProblemReply(type=kind.uri, title=kind.value, status=status, detail=detail)


def as_response(reply: Reply, status: int = 200) -> Response:
    """A reply of the contract as it goes over the wire."""
    return Response(reply.model_dump_json(), status, media_type="application/json")


def as_json(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose problems become documents."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Problem as problem:
            reply = problem.reply
            return Response(reply.model_dump_json(), reply.status, media_type="application/problem+json")

    return answer
