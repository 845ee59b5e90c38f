"""Reading through the store: an answer is kept, and shown with its age while the service is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from care_console.contract.base import Reply
from care_console.desktop.backend.client import Params
from care_console.desktop.backend.failures import AnswerLost, NotSent, ServiceTrouble
from care_console.desktop.desk import Desk

R = TypeVar("R", bound=Reply)


@dataclass(frozen=True, slots=True)
class Kept(Generic[R]):
    """A reply, when it was read, and whether it comes from the store."""

    reply: R
    read_at: datetime
    stale: bool


async def read_or_kept(
    desk: Desk, kind: str, id: str, place: str, reply: type[R], params: Params | None = None
) -> Kept[R]:
    """Read from the service and keep it; where it cannot be had, the kept one; where there is none, raise."""
    try:
        fresh = await desk.backend.get(place, reply, params)
    except (NotSent, AnswerLost, ServiceTrouble):
        kept = await desk.store.load_kept(kind, id)
        if kept is None:
            raise
        return Kept(reply.model_validate_json(kept.body), kept.read_at, stale=True)
    read_at = datetime.now(UTC)
    await desk.store.keep(kind, id, fresh.model_dump_json(), read_at)
    return Kept(fresh, read_at, stale=False)
