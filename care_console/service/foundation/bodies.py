"""The most that a request may hold, so that nobody fills the memory."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care_console.contract.problems import ProblemType
from care_console.service.foundation.problems import Problem

MAX_BODY_BYTES = (
    1024 * 1024
)  # the longest that is meant, a webhook of the card processor, has some tens of KB


class BodyLimitMiddleware:
    """Refuses a request that grows beyond the limit, whatever length it gave itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through, counting what comes."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BODY_BYTES:
                raise Problem(
                    ProblemType.MALFORMED,
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"The request holds more than {MAX_BODY_BYTES:,} bytes. Nothing was done. Send less.",
                )
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)
