"""`/v1/recipients/{id}`: the story and its timeline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.contract.recipients import RecipientStory
from care_console.contract.roles import Permission
from care_console.contract.timeline import EntryKind, TimelinePage
from care_console.service.audit.rules import record
from care_console.service.foundation.problems import Problem, row_id
from care_console.service.foundation.routing import Ctx, ReadRoute, allowed
from care_console.service.foundation.short_way import ShortRead
from care_console.service.recipients.story import read_story
from care_console.service.recipients.timeline import timeline_page

router = APIRouter(route_class=ReadRoute, tags=["recipients"])


@router.get("/v1/recipients/{recipient_id}", dependencies=[allowed(Permission.READ_STORY)])
async def get_story(ctx: Ctx, recipient_id: str) -> RecipientStory:
    """A recipient's story. That it was read is an entry of the audit log."""
    story = await read_story(ctx, row_id("recipient", recipient_id))
    await record(ctx, Action.STORY_READ, f"recipient:{story.id}")
    return story


@router.get("/v1/recipients/{recipient_id}/timeline", dependencies=[allowed(Permission.READ_STORY)])
async def get_timeline(
    ctx: Ctx,
    recipient_id: str,
    kinds: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TimelinePage:
    """One page of everything that happened, newest first; `kinds` are words with commas between."""
    return await timeline_page(ctx, row_id("recipient", recipient_id), _kinds(kinds), cursor, limit)


def _kinds(words: str | None) -> list[EntryKind]:
    asked = [word.strip() for word in (words or "").split(",") if word.strip()]
    unknown = [word for word in asked if word not in set(EntryKind)]
    if unknown:
        raise Problem(
            ProblemType.MALFORMED,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"kinds: {unknown[0]!r} is no kind of entry. There are {', '.join(EntryKind)}.",
        )
    return [EntryKind(word) for word in asked]


def _timeline_words(said: Mapping[str, str]) -> dict[str, Any] | None:
    limit, cursor = said.get("limit", "50"), said.get("cursor")
    if not re.fullmatch(r"[1-9][0-9]?|1[0-9][0-9]|200", limit) or len(said.get("kinds", "")) > 200:
        return None
    if cursor is not None and len(cursor) > 500:
        return None
    return {"kinds": said.get("kinds"), "cursor": cursor, "limit": int(limit)}


_ONE = r"/v1/recipients/(?P<recipient_id>[1-9][0-9]{0,17})"
SHORT_READS = (
    ShortRead(
        "/v1/recipients/{recipient_id}",
        re.compile(_ONE),
        Permission.READ_STORY,
        lambda _said: {},
        get_story,
    ),
    ShortRead(
        "/v1/recipients/{recipient_id}/timeline",
        re.compile(f"{_ONE}/timeline"),
        Permission.READ_STORY,
        _timeline_words,
        get_timeline,
    ),
)
