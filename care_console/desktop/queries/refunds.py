"""Where a refund stands, from the service alone."""

from __future__ import annotations

from uuid import UUID

from care_console.contract.charges import Refund
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk


async def read_refund(desk: Desk, refund_id: UUID) -> Refund:
    """The refund as the service has it. Raises BackendFailure; Refused (not found) if it never arrived."""
    return await desk.backend.get(path("refunds", refund_id), Refund)
