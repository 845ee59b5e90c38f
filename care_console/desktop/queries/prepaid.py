"""The prepaid account of a recipient's number: its balance, and its ledger page by page."""

from __future__ import annotations

from care_console.contract.prepaid import PrepaidLedger
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk


async def ledger_page(desk: Desk, recipient_id: str, cursor: str | None, limit: int) -> PrepaidLedger:
    """One page. Raises BackendFailure: a balance is never shown from the store, where it may be old."""
    place = path("recipients", recipient_id, "prepaid")
    return await desk.backend.get(place, PrepaidLedger, {"cursor": cursor, "limit": limit})
