"""`/v1/session`: signing in and out, and who one is."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from care_console.contract.roles import PERMISSIONS
from care_console.contract.session import RefreshSession, SignedIn, SignIn, Staff, WhoAmI
from care_console.service.foundation.error_handlers import problem_response
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.routing import Ctx, OpenRoute, StaffRoute
from care_console.service.staff import rules
from care_console.service.staff.queries import session_ends_at

open_router = APIRouter(route_class=OpenRoute, tags=["session"])
router = APIRouter(route_class=StaffRoute, tags=["session"])


@open_router.post("/v1/session", status_code=201, response_model=SignedIn)
async def sign_in(ctx: Ctx, body: SignIn) -> SignedIn | Response:
    """Open a session with a login and its password."""
    try:
        return await rules.sign_in(ctx, body.login, body.password)
    except Problem as problem:
        # Answered, not raised: the entry of the refusal is committed in this transaction. One of its own
        # needs a second connection beside this one, and many wrong passwords at once wait for each other.
        await rules.record_failed_sign_in(ctx, body.login)
        return problem_response(problem.document(instance="/v1/session"))


@open_router.post("/v1/session/refresh")
async def refresh(ctx: Ctx, body: RefreshSession) -> SignedIn:
    """New tokens for a session that goes on."""
    return await rules.refresh(ctx, body.refresh_token)


@router.get("/v1/session")
async def who_am_i(ctx: Ctx) -> WhoAmI:
    """Who is signed in, and what they may do."""
    role = ctx.actor.role
    assert role is not None  # a StaffRoute lets nobody else through
    return WhoAmI(
        staff=Staff(login=ctx.actor.name, role=role),
        may=sorted(PERMISSIONS[role]),
        session_ends_at=await session_ends_at(ctx),
    )


@router.delete("/v1/session", status_code=204)
async def sign_out(ctx: Ctx) -> None:
    """Close the session."""
    await rules.sign_out(ctx)
