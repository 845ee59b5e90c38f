"""A recipient's story with what is still on its way; without the service, as it was when last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from care_console.contract.recipients import RecipientStory
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.queries.kept import read_or_kept


@dataclass(frozen=True, slots=True)
class StoryView:
    """The story, what is pending on it here, and when it was read; `stale`: from the store alone."""

    story: RecipientStory
    pending: tuple[PendingAction, ...]
    read_at: datetime
    stale: bool


async def open_story(desk: Desk, recipient_id: str) -> StoryView:
    """Read a story. Raises BackendFailure where the service has none and the store has none either."""
    kept = await read_or_kept(desk, "story", recipient_id, path("recipients", recipient_id), RecipientStory)
    return StoryView(kept.reply, desk.outbox.pending(recipient_id), kept.read_at, kept.stale)
