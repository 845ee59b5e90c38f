"""The texts of a recipient's number, page by page, newest first."""

from __future__ import annotations

from care_console.contract.texts import NumberTexts
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk

PAGE = 50


async def texts_page(
    desk: Desk, recipient_id: str, cursor: str | None = None, limit: int = PAGE
) -> NumberTexts:
    """One page. Raises BackendFailure: it is not kept here, so without the service there is none."""
    place = path("recipients", recipient_id, "texts")
    return await desk.backend.get(place, NumberTexts, {"cursor": cursor, "limit": limit})
