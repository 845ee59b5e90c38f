"""The most that a request may hold, so that nobody fills the memory."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care_console.contract.problems import ProblemType
from care_console.service.foundation.problems import Problem
from care_console.service.recordings.formats import LARGEST_BYTES

# The longest that is meant, a webhook of the card processor, has some tens of KB.
MAX_BODY_BYTES = 1024 * 1024
# But for a sound, which goes to a file as it comes, with its form's fields.
LARGER = {"/v1/recordings": LARGEST_BYTES + 1024 * 1024}


class BodyLimitMiddleware:
    """Refuses a request that grows beyond the limit, whatever length it gave itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through, counting what comes."""
        size = 0
        most = LARGER.get(scope.get("path", ""), MAX_BODY_BYTES)

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise Problem(
                    ProblemType.MALFORMED,
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"The request holds more than {most:,} bytes. Nothing was done. Send less.",
                )
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)
