"""`GET /v1/events`: what changed, as server-sent events, for whoever may see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import StreamingResponse

from care_console.contract.changes import ChangeKind
from care_console.contract.roles import Permission
from care_console.service.foundation.context import NOBODY, Actor
from care_console.service.foundation.events import Event
from care_console.service.foundation.openapi import SESSION_SECURITY
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.routing import origin_of, services_of
from care_console.service.foundation.services import Services
from care_console.service.staff.access import actor_of

router = APIRouter(tags=["events"])
HEARTBEAT_SECONDS = 15

# Any one of these lets see a change. It holds an id alone, never what was said or by whom.
_SEEN_WITH: dict[ChangeKind, tuple[Permission, ...]] = {
    ChangeKind.RECIPIENT: (Permission.READ_STORY,),
    ChangeKind.MESSAGE: (Permission.READ_STORY,),
    ChangeKind.REFUND: (Permission.READ_STORY,),
    ChangeKind.CONSENT: (Permission.READ_STORY, Permission.READ_OPT_OUT_LOG),
    ChangeKind.APPROVAL: (Permission.REFUND,),
    ChangeKind.SESSION: (Permission.MANAGE_STAFF,),
    ChangeKind.PRESENCE: (Permission.READ_STORY,),
    ChangeKind.PAUSE: (Permission.PAUSE,),
    ChangeKind.FACILITY: (Permission.READ_STORY,),
}


@router.get(
    "/v1/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
    openapi_extra={"security": SESSION_SECURITY},
)
async def events(request: Request) -> StreamingResponse:
    """A stream that opens with a comment, and ends when the session does or the desk is cut off."""
    services = services_of(request)
    header = request.headers.get("authorization")
    actor = await _who(services, header, origin_of(request))
    return StreamingResponse(
        _stream(services, header, actor, origin_of(request)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _who(services: Services, header: str | None, origin: str) -> Actor:
    async with services.database.begin() as connection:
        return await actor_of(services.context(connection, NOBODY, origin), header)


async def _stream(services: Services, header: str | None, actor: Actor, origin: str) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop()
    async with services.events.subscribe() as queue:
        yield ": listening\n\n"
        ask_at = clock.time() + HEARTBEAT_SECONDS
        while not services.events.closing:
            if clock.time() >= ask_at:
                # However much is told meanwhile: is the session still good? Then say that we are here.
                try:
                    actor = await _who(services, header, origin)
                except (Problem, SQLAlchemyError):
                    return
                ask_at = clock.time() + HEARTBEAT_SECONDS
                yield ": here\n\n"
            try:
                event = await asyncio.wait_for(queue.get(), max(0.0, ask_at - clock.time()))
            except TimeoutError:
                continue
            if event is None or _ends(event, actor):
                return
            if any(actor.may(permission) for permission in _SEEN_WITH[event.kind]):
                yield as_frame(event, actor)


def _ends(event: Event, actor: Actor) -> bool:
    return event.kind is ChangeKind.SESSION and event.change.id == str(actor.session_id)


def as_frame(event: Event, listener: Actor) -> str:
    """One event in the stream's format, for one who listens."""
    yours = event.session_id is not None and event.session_id == listener.session_id
    change = event.change.model_copy(update={"yours": yours})
    return f"event: {event.kind.value}\ndata: {change.model_dump_json()}\n\n"
