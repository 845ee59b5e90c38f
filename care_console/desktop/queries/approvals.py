"""What waits for another person's decision, from the service alone."""

from __future__ import annotations

from care_console.contract.approvals import Approval
from care_console.contract.base import CountedPage
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk

_MOST = 200


async def open_approvals(desk: Desk) -> CountedPage[Approval]:
    """The oldest open requests, and how many there are; for who may not decide, their own. BackendFailure."""
    return await desk.backend.get("/v1/approvals", CountedPage[Approval], {"limit": _MOST})


async def read_approval(desk: Desk, approval_id: str) -> Approval:
    """One request as it stands, decided or not. Raises BackendFailure."""
    return await desk.backend.get(path("approvals", approval_id), Approval)
