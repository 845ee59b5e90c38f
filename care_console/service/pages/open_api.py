"""Pages for everybody: `/faq`, `/terms`, `/help`, and the files that pages need."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from care_console.service.pages.rendering import ASSETS, asset, language_of, page, security_headers
from care_console.service.pages.routing import PageRoute, said

router = APIRouter(route_class=PageRoute, include_in_schema=False)

# What is the same for everybody may be kept for an hour; a file's address changes with what is in it.
_PUBLIC = {"Cache-Control": "public, max-age=3600"}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/faq")
@router.get("/terms")
@router.get("/help")
async def get_told(request: Request) -> Response:
    """What the service is, what holds between it and people, and what to do when something does not work."""
    name = request.url.path.strip("/")
    answer = page(request, "told.html", language_of(request), name=name)
    answer.headers.update(_PUBLIC)
    return answer


@router.get("/pages/{name}")
async def get_asset(request: Request, name: str) -> Response:
    """A style sheet, a script, the test tone."""
    if name not in ASSETS:
        return said(request, "nothing", 404)
    return Response(asset(name), headers=security_headers(request) | _FOR_GOOD, media_type=ASSETS[name])


@router.get("/robots.txt")
async def get_robots() -> Response:
    """Nothing here is for an index. Pages say so themselves; this keeps the polite ones from asking."""
    return PlainTextResponse("User-agent: *\nDisallow: /m/\n")
