"""Finding a caller by whatever they say."""

from __future__ import annotations

from dataclasses import dataclass

from care_console.contract.search import SearchHit, SearchReply
from care_console.desktop.desk import Desk


@dataclass(frozen=True, slots=True)
class FindAnswer:
    """Hits to a query, best first, and how it was understood. Answers may be late: compare `query`.

    `not_found`: where there are none, what was looked for, in the service's own sentence.
    """

    query: str
    hits: tuple[SearchHit, ...]
    understood: tuple[str, ...]
    not_found: str = ""


async def find(desk: Desk, text: str, limit: int = 20) -> FindAnswer:
    """Whoever the words fit. Empty words find nobody and ask nobody. Raises BackendFailure."""
    if not text.strip():
        return FindAnswer(text, (), ())
    reply = await desk.backend.get("/v1/search", SearchReply, {"q": text, "limit": limit})
    return FindAnswer(text, tuple(reply.items), tuple(reply.understood), reply.not_found)
