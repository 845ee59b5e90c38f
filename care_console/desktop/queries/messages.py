"""One message: its links, charges, plays, levels and diagnosis."""

from __future__ import annotations

from care_console.contract.messages import Message
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk
from care_console.desktop.queries.kept import read_or_kept


async def read_message(desk: Desk, message_id: str) -> Message:
    """The message; without the service, as it was when last read. Raises BackendFailure."""
    return (await read_or_kept(desk, "message", message_id, path("messages", message_id), Message)).reply
