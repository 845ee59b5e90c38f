"""How a request becomes one transaction: begun, told who asks, done, committed, and only then answered."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from care_console.contract.roles import Permission
from care_console.service.foundation.context import NOBODY, Context
from care_console.service.foundation.fault_points import passing
from care_console.service.foundation.idempotency import (
    StoredAnswer,
    checked_key,
    claim,
    request_hash,
    store_answer,
)
from care_console.service.foundation.problems import Problem, forbidden
from care_console.service.foundation.services import Services
from care_console.service.staff.access import actor_of

SHARED_PATH = "/v1/opt-outs"
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def services_of(request: Request) -> Services:
    """What the process was wired with."""
    services: Services = request.app.state.services
    return services


def origin_of(request: Request) -> str:
    """Where a request comes from, for the audit log."""
    return request.client.host if request.client else "unknown"


class OpenRoute(APIRoute):
    """One request, one transaction, for anybody: signing in, the pages, the gateways."""

    def get_route_handler(self) -> Handler:
        """Wrap the endpoint in its transaction."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            services = services_of(request)
            await request.body()  # before a connection is taken: somebody who sends slowly would keep it
            async with services.database.begin() as connection:
                request.state.context = services.context(connection, NOBODY, origin_of(request))
                response = await inner(request)
            passing("open.committed")
            return response

        return handle


class StaffRoute(APIRoute):
    """One request, one transaction, for somebody at the desk; what changes things has one effect a key.

    The answer is made before the commit and sent after it: it never tells of what was not stored.
    """

    def get_route_handler(self) -> Handler:
        """Wrap the endpoint in its transaction."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            services = services_of(request)
            await request.body()  # before a connection is taken: somebody who sends slowly would keep it
            async with services.database.begin() as connection:
                ctx = services.context(connection, NOBODY, origin_of(request))
                ctx = replace(ctx, actor=await actor_of(ctx, request.headers.get("authorization")))
                request.state.context = ctx
                is_once = request.method == "POST"
                response = await (_once(ctx, request, inner) if is_once else inner(request))
            passing("request.committed")
            return response

        return handle


class ReadRoute(StaffRoute):
    """What is asked at every key and every opened story: no transaction around it, each round trip is one.

    It may read, and write the entry that tells of the look; anything else needs `StaffRoute`.
    """

    def get_route_handler(self) -> Handler:
        """Hand the endpoint a connection for reading."""
        inner = APIRoute.get_route_handler(self)

        async def handle(request: Request) -> Response:
            services = services_of(request)
            async with services.database.reading() as connection:
                ctx = services.context(connection, NOBODY, origin_of(request))
                ctx = replace(ctx, actor=await actor_of(ctx, request.headers.get("authorization")))
                request.state.context = ctx
                response = await inner(request)
                await connection.flush()  # no entry, no answer
                return response

        return handle


async def _once(ctx: Context, request: Request, inner: Handler) -> Response:
    key = checked_key(request.headers.get("idempotency-key"))
    staff_id = ctx.actor.staff_id
    if staff_id is None:
        raise forbidden("Only somebody who is signed in can do this.")
    digest = request_hash(request.method, request.url.path, await request.body())
    # A STOP that one person took is sent again by the next who signs in: it must stay one row of the log.
    shared = request.url.path == SHARED_PATH and ctx.actor.may(Permission.OPT_OUT)
    stored = await claim(ctx.connection, staff_id, key, digest, ctx.now, shared=shared)
    if stored is not None:
        headers = {"Idempotent-Replayed": "true"}
        return Response(stored.body, stored.status, headers, stored.media_type)
    passing("request.claimed")
    response = await inner(request)
    answer = StoredAnswer(response.status_code, bytes(response.body), response.media_type)
    media_type = response.headers.get("content-type")
    await store_answer(ctx.connection, key, replace(answer, media_type=media_type))
    passing("request.stored")
    return response


async def context_of(request: Request) -> Context:
    """The transaction of this request, as a dependency; a coroutine, or it would be called in a thread."""
    context: Context = request.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]


def allowed(permission: Permission) -> Any:
    """A dependency that lets through only whose role holds the permission."""

    async def check(ctx: Ctx) -> None:
        if not ctx.actor.may(permission):
            role = ctx.actor.role.value if ctx.actor.role else "nobody"
            raise forbidden(
                f"The role {role} may not do this ({permission.value}). Nothing was done. "
                "Ask somebody whose role allows it."
            )

    return Depends(check)


def is_refusal_to_record(problem: Problem, request: Request) -> bool:
    """Whether a refusal belongs in the audit log: whatever would have changed something, and each 403."""
    return request.method in _WRITES or problem.status == 403
