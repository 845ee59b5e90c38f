"""`POST /v1/messages/{id}/previews`, and the sound of a preview, by ranges."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from care_console.contract.messages import Preview, PreviewRequest
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Permission
from care_console.service.foundation.error_handlers import problem_response
from care_console.service.foundation.problems import Problem, row_id
from care_console.service.foundation.ranges import parse_range
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed, services_of
from care_console.service.gateways.storage.port import NotStored
from care_console.service.messages.previews import no_sound, open_preview, sound_of

router = APIRouter(route_class=StaffRoute, tags=["previews"])


@router.post(
    "/v1/messages/{message_id}/previews", status_code=201, dependencies=[allowed(Permission.PREVIEW)]
)
async def post_preview(ctx: Ctx, message_id: str, body: PreviewRequest) -> Preview:
    """Say why a message is heard, and get where to hear it."""
    return await open_preview(ctx, row_id("message", message_id), body.reason, louder=body.louder)


@router.get(
    "/v1/previews/{preview_id}/sound",
    dependencies=[allowed(Permission.PREVIEW)],
    responses={200: {"content": {"audio/mp4": {}}}, 206: {"content": {"audio/mp4": {}}}},
    response_class=Response,
)
async def get_sound(
    ctx: Ctx,
    request: Request,
    preview_id: UUID,
    range_header: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """The sound, whole or one range of its bytes. It is never cached."""
    sound = await sound_of(ctx, preview_id)
    storage = services_of(request).storage
    try:
        size = await storage.size(sound.key)
    except NotStored as error:
        raise no_sound() from error
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    wanted = parse_range(range_header, size)
    if wanted is None:
        return Response(await storage.get(sound.key), headers=headers, media_type=sound.media_type)
    start, end = wanted
    if start >= end:
        answer = problem_response(_beyond_its_end(size).document(instance=request.url.path))
        answer.headers["Content-Range"] = f"bytes */{size}"
        return answer
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    part = await storage.get_range(sound.key, start, end)
    return Response(part, HTTPStatus.PARTIAL_CONTENT, headers, sound.media_type)


def _beyond_its_end(size: int) -> Problem:
    return Problem(
        ProblemType.MALFORMED,
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        f"The sound has {size} bytes, and none of those asked for.",
    )
