"""Who else is at the stories that are open here."""

from __future__ import annotations

from collections.abc import Mapping

from care_console.contract.presence import Doing, Here, OpenStory, Presence, PresenceRequest
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk


async def tell_presence(desk: Desk, stories: Mapping[str, Doing]) -> tuple[Here, ...]:
    """Tell which stories are open here, and hear who else is there. Raises BackendFailure."""
    told = [OpenStory(recipient_id=recipient_id, doing=doing) for recipient_id, doing in stories.items()]
    reply = await desk.backend.put(path("presence"), PresenceRequest(open=told), Presence)
    return tuple(reply.items)
