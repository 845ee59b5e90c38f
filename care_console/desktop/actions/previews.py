"""Hearing somebody's message: never queued, since a reason is good only for now, and never on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from care_console.contract.messages import Preview, PreviewReason, PreviewRequest
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk


@dataclass(frozen=True, slots=True)
class PreviewSound:
    """A message's sound, in memory alone, and the record of its being heard."""

    bytes: bytes = field(repr=False)
    media_type: str
    preview: Preview


async def open_preview(
    desk: Desk, *, message_id: str, reason: PreviewReason, louder: bool = False
) -> PreviewSound:
    """Record that the message is heard, and why; then its sound. Raises BackendFailure.

    `louder`: its louder copy; refused where there is none, or not yet.
    """
    body = PreviewRequest(reason=reason, louder=louder)
    preview = await desk.backend.post(path("messages", message_id, "previews"), body, Preview, key=uuid4())
    return PreviewSound(await desk.backend.sound(preview.url), preview.media_type, preview)
