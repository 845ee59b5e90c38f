"""`GET /v1/search`: the find box."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from care_console.contract.roles import Permission
from care_console.contract.search import SearchReply
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed
from care_console.service.recipients.search.rules import search

router = APIRouter(route_class=StaffRoute, tags=["search"])


@router.get("/v1/search", dependencies=[allowed(Permission.FIND)])
async def get_search(
    ctx: Ctx,
    q: Annotated[str, Query(description="What the caller said; of a very long text, its beginning.")] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> SearchReply:
    """Whoever the words may mean, best first, each with the reason."""
    return await search(ctx, q, limit)
