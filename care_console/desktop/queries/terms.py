"""What decides a refund of a charge, from the service alone: it changes by the minute."""

from __future__ import annotations

from care_console.contract.limits import RefundTerms
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk


async def read_terms(desk: Desk, charge_id: str) -> RefundTerms:
    """The terms as the service has them now. Raises BackendFailure."""
    return await desk.backend.get(path("charges", charge_id, "refund-terms"), RefundTerms)
