"""The small service with stories worth looking at: a Spanish-speaking caller charged twice, an opt-out,
an empty story, awkward names. For tests and pictures of the window."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from care_console.contract.base import Bilingual
from care_console.contract.charges import RefundReason, RefundState
from care_console.contract.consent import Consent, ConsentChannel, ConsentState
from care_console.contract.problems import ProblemType
from care_console.contract.recipients import (
    PersonOnNumber,
    RecipientStory,
)
from care_console.contract.search import HitKind, SearchHit, SearchReply
from care_console.contract.timeline import (
    RefundEntry,
    TimelineEntry,
    TimelinePage,
)
from tests.support import fake_service as plain_service
from tests.support.fake_service import FakeService
from tests.support.fake_texts import some_texts
from tests.support.fake_wire import Problem, as_response
from tests.support.story_rows import (
    AWKWARD,
    MARIA,
    NOBODY,
    STOPPED,
    a_story,
    ago,
    around_a_message,
    charges_of,
    judged,
    marias,
    message_of,
    open_messages_of,
)

__all__ = ["AWKWARD", "AWKWARD_NAME", "MARIA", "NOBODY", "STOPPED", "StoryService", "judged", "story_service"]

AWKWARD_NAME = "O'Nguyễn-Smith <b>of the Very Long Double-Barrelled Family Name</b> & Sons"
PAGE = 50


@dataclass
class StoryService(FakeService):
    """Its state can be changed by tests: `slow_search` seconds, `timelines` by recipient."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    slow_search: dict[str, float] = field(default_factory=dict)
    searches: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    slow_stories: float = 0.0
    story_reads: list[str] = field(default_factory=list)
    stories: dict[str, RecipientStory] = field(default_factory=dict)
    timelines: dict[str, list[TimelineEntry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = self.now
        people = [PersonOnNumber(id=STOPPED, name="Rosa Delgado"), PersonOnNumber(id=NOBODY, name="")]
        self.stories = {
            MARIA: a_story(now, MARIA, on_this_number=people, open_messages=open_messages_of(now)),
            AWKWARD: a_story(
                now,
                AWKWARD,
                name=AWKWARD_NAME,
                phone="+19725550199",
                language="en",
                consent=Consent(
                    state=ConsentState.HELD,
                    since=ago(now, 2),
                    channel=ConsentChannel.SMS,
                    words="quit texting me <i>please</i>",
                ),
            ),
            NOBODY: a_story(
                now,
                NOBODY,
                name="",
                language="en",
                consent=Consent(state=ConsentState.OPTED_IN),
                story=Bilingual(en="Nothing has reached this number yet.", es="Nada ha llegado aún."),
            ),
            STOPPED: a_story(
                now,
                STOPPED,
                name="Rosa Delgado",
                consent=Consent(
                    state=ConsentState.OPTED_OUT,
                    since=ago(now, 12),
                    channel=ConsentChannel.SMS,
                    words="ALTO por favor",
                ),
            ),
        }
        self.texts = {MARIA: some_texts(now)}
        self.timelines = {
            MARIA: marias(now),
            AWKWARD: around_a_message(now, 50, 2.5, paid=True, heard=None)[::-1],
            NOBODY: [],
            STOPPED: around_a_message(now, 60, 14, paid=False, heard=None)[::-1],
        }

    async def _search(self, request: Request) -> Response:
        self._who(request)
        words = request.query_params["q"].lower()
        self.searches.append(words)
        await asyncio.sleep(self.slow_search.get(words, 0))
        hits = [hit for hit in self._hits() if any(words in part for part in _findable(hit))]
        told = "" if hits else f"No recipient is called “{words}”."
        return as_response(SearchReply(items=hits, understood=[f"“{words}”"], not_found=told))

    def _hits(self) -> list[SearchHit]:
        hits = [
            SearchHit(
                kind=HitKind.RECIPIENT,
                id=id,
                recipient_id=id,
                title=story.name or "No name on file",
                detail=story.story.en,
                why="last 4 digits of the phone",
                phone=story.phone,
                name=story.name,
                language=story.language,
            )
            for id, story in self.stories.items()
        ]
        maria = self.stories[MARIA]
        hits.append(
            SearchHit(
                kind=HitKind.CHARGE,
                id="c28",
                recipient_id=MARIA,
                title="$3.99 by Visa 4242, yesterday",
                detail="María Delgado, message from Javier Delgado",
                why="last 4 of the card",
                phone=maria.phone,
                name=maria.name,
                language="es",
            )
        )
        return hits

    async def _story(self, request: Request) -> Response:
        self._who(request)
        self.story_reads.append(request.path_params["id"])
        await asyncio.sleep(self.slow_stories)
        story = self.stories.get(request.path_params["id"])
        if story is None:
            raise Problem(404, ProblemType.NOT_FOUND, "Nobody is known by that reference.")
        paused = next(iter(self.lasting(phone=story.phone)), None)
        return as_response(story.model_copy(update={"paused": paused}))

    async def _timeline(self, request: Request) -> Response:
        self._who(request)
        asked = request.query_params
        self.pages.append(str(asked))
        kinds = set(filter(None, asked.get("kinds", "").split(",")))
        entries = [e for e in self.timelines[request.path_params["id"]] if not kinds or e.kind in kinds]
        start, limit = int(asked.get("cursor", 0)), int(asked.get("limit", PAGE))
        end = start + limit
        cursor = str(end) if end < len(entries) else None
        return as_response(TimelinePage(items=entries[start:end], next_cursor=cursor))

    async def _message(self, request: Request) -> Response:
        self._who(request)
        id = request.path_params["id"]
        charges = charges_of(self.timelines[MARIA], id)
        return as_response(message_of(self.now, id, charges, self.stories[MARIA].open_messages))

    def refund_row(self, id: UUID, state: RefundState) -> None:
        """Put a refund into Maria's timeline, as the service would, and say so."""
        entry = RefundEntry(
            id=str(id),
            at=datetime.now(UTC),
            charge_id="c28b",
            amount_cents=399,
            state=state,
            reason=RefundReason.DUPLICATE,
            requested_by="ana",
        )
        self.timelines[MARIA] = [entry, *(e for e in self.timelines[MARIA] if e.id != entry.id)]
        self.tell("refund", str(id), 2, MARIA)


def _findable(hit: SearchHit) -> tuple[str, ...]:
    return hit.title.lower(), hit.phone, hit.name.lower()


@contextlib.asynccontextmanager
async def story_service() -> AsyncIterator[StoryService]:
    """Run one on a free port, on this loop."""
    async with plain_service.fake_service(StoryService()) as service:
        assert isinstance(service, StoryService)
        yield service
