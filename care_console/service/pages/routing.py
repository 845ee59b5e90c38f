"""How a request for a page is answered when something is in the way: by a page, in both languages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import psycopg
import structlog
from fastapi import Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.responses import Response

from care_console.service.foundation.routing import Handler
from care_console.service.gateways.storage.port import StorageUnavailable
from care_console.service.pages.rendering import language_of, page

log = structlog.get_logger(__name__)


class PageRoute(APIRoute):
    """A page begins its own transactions: paying has calls to the processor between them."""

    def get_route_handler(self) -> Handler:
        """Wrap the endpoint in what catches it."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method == "POST" and not is_from_here(request):
                return said(request, "elsewhere", 403)
            try:
                return await inner(request)
            except (DBAPIError, NoConnectionFree, psycopg.OperationalError, StorageUnavailable) as error:
                log.error("pages.unavailable", route=self.path, exc_info=error)
                return said(request, "unavailable", 503)

        return handle


def said(request: Request, what: str, status: int, **more: Any) -> Response:
    """A page that says one thing."""
    return page(request, "said.html", language_of(request), status, what=what, **more)


def is_from_here(request: Request) -> bool:
    """Whether a form was sent by a page of ours, as far as the browser tells. There are no cookies, so
    another site's form could do nothing that its owner cannot; it is refused all the same."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
