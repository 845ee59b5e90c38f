"""The sound of a message that is paid, by ranges: `GET /m/{code}/sound`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from care_console.service.foundation.ranges import parse_range
from care_console.service.foundation.routing import services_of
from care_console.service.gateways.storage.port import NotStored
from care_console.service.pages.api import acting, facts_of
from care_console.service.pages.queries import PageLink
from care_console.service.pages.rendering import security_headers
from care_console.service.pages.routing import PageRoute
from care_console.service.playback import rules as playback
from care_console.service.recordings.rules import LOUDER_MEDIA_TYPE

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/m/{code}/sound")
async def get_sound(
    request: Request,
    code: str,
    copy: str = "",
    range_header: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """The sound or a range of it, to whoever holds the living link of a paid message. Its start is a play,
    which is written down before the first byte leaves. `copy`: `louder`, `mp3`, or the usual one."""
    facts = await facts_of(request, code)
    if isinstance(facts, Response):
        return facts
    key, media_type = _copy(facts.link, copy)
    if not facts.may_play or not facts.link.has_sound or key is None:
        return Response(status_code=404 if facts.may_play else 403, headers=security_headers(request))
    storage = services_of(request).storage
    try:
        size = await storage.size(key)
    except NotStored:
        return Response(status_code=404, headers=security_headers(request))
    wanted = parse_range(range_header, size)
    start, end = wanted or (0, size)
    headers = security_headers(request) | {"Accept-Ranges": "bytes"}
    if start >= end:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    if start == 0:
        async with acting(request) as ctx:
            await playback.opened(ctx, facts.link.id)
            await playback.started(ctx, facts.link.id)
    if wanted is None:
        return Response(await storage.get(key), headers=headers, media_type=media_type)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    part = await storage.get_range(key, start, end)
    return Response(part, HTTPStatus.PARTIAL_CONTENT, headers, media_type)


def _copy(link: PageLink, wanted: str) -> tuple[str | None, str]:
    match wanted:
        case "louder":
            return link.louder_key, LOUDER_MEDIA_TYPE
        case "mp3":
            return link.mp3_key, "audio/mpeg"
        case _:
            return link.playable_key, link.playable_media_type or "audio/mp4"
