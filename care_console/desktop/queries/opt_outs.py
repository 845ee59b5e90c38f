"""The opt-out log: its pages, and one row with all that stands around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from care_console.contract.base import CountedPage
from care_console.contract.consent import ConsentChannel, ConsentState, OptOut, OptOutEvidence
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk

PAGE = 100


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which rows: effective from `since` on and before `until`; `waiting`: only holds nobody decided."""

    since: datetime | None = None
    until: datetime | None = None
    channel: ConsentChannel | None = None
    actor: str | None = None
    state: ConsentState | None = None
    phone: str | None = None
    waiting: bool = False

    def params(self) -> dict[str, str | int | None]:
        """The filter as the service is asked for it."""
        return {
            "since": _moment(self.since),
            "until": _moment(self.until),
            "channel": self.channel.value if self.channel else None,
            "actor": self.actor,
            "state": self.state.value if self.state else None,
            "phone": self.phone,
            "waiting": "true" if self.waiting else None,
        }


async def log_page(
    desk: Desk, wanted: LogFilter, cursor: str | None = None, limit: int = PAGE
) -> CountedPage[OptOut]:
    """One page, newest first, with the exact number of rows in the filter. Raises BackendFailure."""
    params = wanted.params() | {"cursor": cursor, "limit": limit}
    return await desk.backend.get(path("opt-outs"), CountedPage[OptOut], params)


async def evidence(desk: Desk, opt_out_id: str) -> OptOutEvidence:
    """One row with its number's history. Raises BackendFailure."""
    return await desk.backend.get(path("opt-outs", opt_out_id), OptOutEvidence)


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
