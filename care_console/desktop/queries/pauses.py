"""What is paused now."""

from __future__ import annotations

from care_console.contract.base import Page
from care_console.contract.pauses import Pause
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk


async def pause_of_number(desk: Desk, phone: str) -> Pause | None:
    """The pause of a number (E.164) that lasts; None where it is not paused. Raises BackendFailure."""
    page = await desk.backend.get(path("pauses"), Page[Pause], {"phone": phone})
    return page.items[0] if page.items else None
