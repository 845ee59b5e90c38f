"""`GET /v1/search`: the find box."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from care_console.contract.roles import Permission
from care_console.contract.search import SearchReply
from care_console.service.foundation.routing import Ctx, ReadRoute, allowed
from care_console.service.foundation.short_way import ShortRead
from care_console.service.recipients.search.rules import search

router = APIRouter(route_class=ReadRoute, tags=["search"])


@router.get("/v1/search", dependencies=[allowed(Permission.FIND)])
async def get_search(
    ctx: Ctx,
    q: Annotated[str, Query(description="What the caller said; of a very long text, its beginning.")] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> SearchReply:
    """Whoever the words may mean, best first, each with the reason."""
    return await search(ctx, q, limit)


def _words(said: Mapping[str, str]) -> dict[str, Any] | None:
    limit = said.get("limit")
    if limit is not None and not re.fullmatch(r"[1-9]|[1-4][0-9]|50", limit):
        return None
    return {"q": said.get("q", ""), "limit": int(limit or 20)}


SHORT_READ = ShortRead("/v1/search", re.compile(r"/v1/search"), Permission.FIND, _words, get_search)
