"""The facilities, as whoever pauses one chooses it."""

from __future__ import annotations

from care_console.contract.base import Reply
from care_console.contract.pauses import Pause


class ListedFacility(Reply):
    """A row of `GET /v1/facilities`. `state`: two letters. `paused`: the pause of it, while one lasts."""

    id: str
    imported_id: str | None = None
    name: str
    state: str
    timezone: str
    paused: Pause | None = None
